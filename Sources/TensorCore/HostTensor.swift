/// A dense, C-order, immutable tensor in host memory, in a mapped file, or computed whenever it is read.
///
/// Two tensors are equal when they are the same bytes in the same place with the same shape and type, or are
/// computed alike from equal tensors: identity, not value, so that hashing a graph never reads its weights.
/// Compare ``floats()`` for values.
public struct HostTensor: Sendable {
  /// Type of the stored elements.
  public let elementType: ElementType
  /// Extents, outermost first.
  public let shape: Shape
  private let content: Content

  private enum Content: Sendable {
    case stored(TensorStorage, byteOffset: Int)
    case computed(any TensorRule)
  }

  /// The shared bytes; nil for a tensor that is computed when it is read.
  public var storage: TensorStorage? {
    if case .stored(let storage, _) = content { storage } else { nil }
  }

  /// What computes the elements, if anything does.
  var rule: (any TensorRule)? { if case .computed(let rule) = content { rule } else { nil } }

  /// Where the tensor's first element lies in ``storage``; 0 without one.
  public var byteOffset: Int {
    if case .stored(_, let byteOffset) = content { byteOffset } else { 0 }
  }

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
    content = .stored(storage, byteOffset: byteOffset)
  }

  /// A float32 tensor that `rule` computes whenever it is read. The rule must write as many elements as `shape`
  /// has.
  package init(shape: Shape, computedBy rule: some TensorRule) {
    elementType = .float32
    self.shape = shape
    content = .computed(rule)
  }

  private init(_ tensor: HostTensor, shape: Shape) {
    elementType = tensor.elementType
    self.shape = shape
    content = tensor.content
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
    switch content {
    case .stored(let storage, let byteOffset):
      defer { storage.release(byteOffset..<byteOffset + byteCount) }
      return try body(
        UnsafeRawBufferPointer(start: storage.baseAddress + byteOffset, count: byteCount))
    case .computed(let rule):
      return try LargeMemory.withTemporary(elementCount) { (memory) throws(Failure) in
        rule.write(into: memory)
        return try body(UnsafeRawBufferPointer(memory))
      }
    }
  }

  /// The tensor's elements as float32, valid during the call. Reads in place when the elements are aligned
  /// float32; converts or computes them otherwise.
  public func withFloats<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { releasePages() }
    return try withElements(0..<elementCount, body)
  }

  /// Some of the elements as ``withFloats(_:)`` gives all. Pages of mapped files stay until ``releasePages()``.
  package func withElements<Result, Failure: Error>(
    _ range: Range<Int>, _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= elementCount, "withElements: beyond the tensor")
    switch content {
    case .stored(let storage, let byteOffset):
      let size = elementType.byteCount
      let address = storage.baseAddress + byteOffset + range.lowerBound * size
      defer { withExtendedLifetime(storage) {} }
      if elementType == .float32, Int(bitPattern: address) % 4 == 0 {
        return try body(
          UnsafeBufferPointer(
            start: address.assumingMemoryBound(to: Float.self), count: range.count))
      }
      return try LargeMemory.withTemporary(range.count) { (memory) throws(Failure) in
        let bytes = UnsafeRawBufferPointer(start: address, count: range.count * size)
        ElementConversion.toFloat(bytes, type: elementType, memory)
        return try body(UnsafeBufferPointer(memory))
      }
    case .computed(let rule):
      return try LargeMemory.withTemporary(elementCount) { (memory) throws(Failure) in
        rule.write(into: memory)
        return try body(UnsafeBufferPointer(rebasing: memory[range]))
      }
    }
  }

  /// Writes the elements as float32 to memory for exactly as many.
  public func copyFloats(into destination: UnsafeMutableBufferPointer<Float>) {
    precondition(destination.count == elementCount, "copyFloats: element count differs")
    switch content {
    case .stored:
      withUnsafeBytes { ElementConversion.toFloat($0, type: elementType, destination) }
    case .computed(let rule): rule.write(into: destination)
    }
  }

  /// A copy of the elements as float32.
  public func floats() -> [Float] { withFloats { Array($0) } }

  /// The same elements as aligned float32 in memory of their own.
  public func converted() -> HostTensor {
    let storage = TensorStorage(byteCount: elementCount * 4) {
      copyFloats(into: $0.bindMemory(to: Float.self))
    }
    return HostTensor(elementType: .float32, shape: shape, storage: storage)
  }

  /// The same elements under another shape of equal element count.
  public func reshaped(_ shape: Shape) -> HostTensor {
    precondition(shape.elementCount == elementCount, "reshaped: element count differs")
    return HostTensor(self, shape: shape)
  }

  /// A copy with reordered axes: result axis `i` is axis `order[i]` of this tensor. Floating-point elements become
  /// float32, others stay what they are.
  public func permuted(_ order: [Int]) -> HostTensor {
    precondition(order.sorted() == Array(0..<shape.rank), "permuted: not a permutation")
    let target = shape.permuted(order)
    let sourceStrides = shape.denseStrides
    let strides = order.map { sourceStrides[$0] }
    switch elementType {
    case .float16, .bfloat16, .float32, .float64:
      return HostTensor(shape: target) { destination in
        withFloats { source in
          copyStrided(source, strides: strides, shape: target, into: destination)
        }
      }
    case .bool, .int8, .uint8: return copied(UInt8.self, strides, target)
    case .int16: return copied(UInt16.self, strides, target)
    case .int32: return copied(UInt32.self, strides, target)
    case .int64: return copied(UInt64.self, strides, target)
    }
  }

  private func copied<Element: BitwiseCopyable>(
    _ type: Element.Type, _ strides: [Int], _ target: Shape
  ) -> HostTensor {
    let size = MemoryLayout<Element>.size
    let result = TensorStorage(byteCount: byteCount) { destination in
      withUnsafeBytes { bytes in
        // Elements of a file need not be aligned.
        let aligned = [Element](unsafeUninitializedCapacity: elementCount) { memory, count in
          UnsafeMutableRawBufferPointer(memory).copyMemory(from: bytes)
          count = bytes.count / size
        }
        aligned.withUnsafeBufferPointer { source in
          copyStrided(
            source, strides: strides, shape: target, into: destination.bindMemory(to: type))
        }
      }
    }
    return HostTensor(elementType: elementType, shape: target, storage: result)
  }

  /// Copies a strided view into dense C order.
  private func copyStrided<Element: BitwiseCopyable>(
    _ source: UnsafeBufferPointer<Element>, strides: [Int], shape: Shape,
    into destination: UnsafeMutableBufferPointer<Element>
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
  /// Whether both are the same bytes, by place, or computed alike from equal tensors.
  public static func == (left: HostTensor, right: HostTensor) -> Bool {
    guard left.shape == right.shape, left.elementType == right.elementType else { return false }
    return switch (left.content, right.content) {
    case (.stored(let first, let firstOffset), .stored(let second, let secondOffset)):
      first === second && firstOffset == secondOffset
    case (.computed(let first), .computed(let second)): first.isEqual(to: second)
    case (.stored, .computed), (.computed, .stored): false
    }
  }

  /// Hashes place or rule, shape and type.
  public func hash(into hasher: inout Hasher) {
    switch content {
    case .stored(let storage, let byteOffset):
      hasher.combine(ObjectIdentifier(storage))
      hasher.combine(byteOffset)
    case .computed(let rule): rule.hash(into: &hasher)
    }
    hasher.combine(shape)
    hasher.combine(elementType)
  }
}
