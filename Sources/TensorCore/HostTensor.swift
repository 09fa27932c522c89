/// A dense, C-order, immutable tensor in host memory (or in a mapped file).
///
/// Two tensors are equal when they are the same bytes in the same place with the same shape and type: identity,
/// not value, so that hashing a graph never reads its weights. Compare ``floats()`` for values.
public struct HostTensor: Sendable {
  /// Type of the stored elements.
  public let elementType: ElementType
  /// Extents, outermost first.
  public let shape: Shape
  /// The shared bytes.
  public let storage: TensorStorage
  /// Where the tensor's first element lies in ``storage``.
  public let byteOffset: Int

  /// Views `storage` as a dense tensor. The bytes must be there: `byteOffset + shape × element size ≤ storage`.
  public init(
    elementType: ElementType, shape: Shape, storage: TensorStorage, byteOffset: Int = 0
  ) {
    precondition(
      byteOffset >= 0
        && byteOffset + shape.elementCount * elementType.byteCount <= storage.byteCount,
      "HostTensor beyond its storage")
    self.elementType = elementType
    self.shape = shape
    self.storage = storage
    self.byteOffset = byteOffset
  }

  /// A float32 tensor with the given values; `values.count` must equal the shape's element count.
  public init(shape: Shape, floats values: [Float]) {
    precondition(values.count == shape.elementCount, "HostTensor: value count differs from shape")
    self.init(shape: shape) { destination in
      _ = destination.update(fromContentsOf: values)
    }
  }

  /// A float32 tensor whose elements `fill` writes. The buffer starts zeroed.
  public init<Failure: Error>(
    shape: Shape, fill: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    let storage = try TensorStorage(byteCount: shape.elementCount * 4) {
      (bytes) throws(Failure) in
      let floats = bytes.bindMemory(to: Float.self)
      floats.initialize(repeating: 0)
      try fill(floats)
    }
    self.init(elementType: .float32, shape: shape, storage: storage)
  }

  /// A float32 tensor of one repeated value.
  public static func filled(_ shape: Shape, with value: Float) -> HostTensor {
    HostTensor(shape: shape) { $0.update(repeating: value) }
  }

  /// Number of elements.
  public var elementCount: Int { shape.elementCount }

  /// Number of bytes of the dense tensor.
  public var byteCount: Int { elementCount * elementType.byteCount }

  /// The tensor's bytes, valid during the call.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(storage) {} }
    return try body(
      UnsafeRawBufferPointer(start: storage.baseAddress + byteOffset, count: byteCount))
  }

  /// The tensor's elements as float32, valid during the call. Reads in place when the elements are aligned
  /// float32; converts otherwise.
  public func withFloats<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let address = storage.baseAddress + byteOffset
    guard elementType == .float32, Int(bitPattern: address) % 4 == 0 else {
      return try converted().withFloats(body)
    }
    defer { withExtendedLifetime(storage) {} }
    return try body(
      UnsafeBufferPointer(
        start: address.assumingMemoryBound(to: Float.self), count: elementCount))
  }

  /// A copy of the elements as float32.
  public func floats() -> [Float] { withFloats { Array($0) } }

  /// The same elements as aligned float32 in memory of their own.
  public func converted() -> HostTensor {
    HostTensor(shape: shape) { destination in
      withUnsafeBytes { bytes in
        ElementConversion.toFloat(bytes, type: elementType, destination)
      }
    }
  }

  /// The same elements under another shape of equal element count.
  public func reshaped(_ shape: Shape) -> HostTensor {
    precondition(shape.elementCount == elementCount, "reshaped: element count differs")
    return HostTensor(
      elementType: elementType, shape: shape, storage: storage, byteOffset: byteOffset)
  }

  /// A float32 copy with reordered axes: result axis `i` is axis `order[i]` of this tensor.
  public func permuted(_ order: [Int]) -> HostTensor {
    precondition(order.sorted() == Array(0..<shape.rank), "permuted: not a permutation")
    let target = shape.permuted(order)
    let sourceStrides = shape.denseStrides
    let strides = order.map { sourceStrides[$0] }
    return HostTensor(shape: target) { destination in
      withFloats { source in
        copyStrided(source, strides: strides, shape: target, into: destination)
      }
    }
  }

  /// Copies a strided view into dense C order.
  private func copyStrided(
    _ source: UnsafeBufferPointer<Float>, strides: [Int], shape: Shape,
    into destination: UnsafeMutableBufferPointer<Float>
  ) {
    guard !destination.isEmpty else { return }
    guard let last = shape.dimensions.last, let lastStride = strides.last else {
      destination[0] = source[0]
      return
    }
    var index = [Int](repeating: 0, count: shape.rank)
    var offset = 0
    var written = 0
    while written < destination.count {
      for i in 0..<last { destination[written + i] = source[offset + i * lastStride] }
      written += last
      var axis = shape.rank - 2
      while axis >= 0 {
        index[axis] += 1
        offset += strides[axis]
        if index[axis] < shape[axis] { break }
        offset -= index[axis] * strides[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { break }
    }
  }
}

extension HostTensor: Hashable {
  /// Whether both are the same bytes, by place.
  public static func == (left: HostTensor, right: HostTensor) -> Bool {
    left.storage === right.storage && left.byteOffset == right.byteOffset
      && left.shape == right.shape && left.elementType == right.elementType
  }

  /// Hashes place, shape and type.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(storage))
    hasher.combine(byteOffset)
    hasher.combine(shape)
    hasher.combine(elementType)
  }
}
