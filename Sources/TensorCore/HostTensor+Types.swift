extension HostTensor {
  /// An int32 tensor; `values.count` must equal the shape's element count.
  public init(shape: Shape, int32s values: [Int32]) {
    self.init(shape: shape, .int32, copying: values)
  }

  /// An int64 tensor; `values.count` must equal the shape's element count.
  public init(shape: Shape, int64s values: [Int64]) {
    self.init(shape: shape, .int64, copying: values)
  }

  /// A bool tensor; `values.count` must equal the shape's element count.
  public init(shape: Shape, bools values: [Bool]) {
    self.init(shape: shape, .bool, copying: values.map { $0 ? UInt8(1) : 0 })
  }

  private init<Element: BitwiseCopyable>(
    shape: Shape, _ type: ElementType, copying values: [Element]
  ) {
    precondition(values.count == shape.elementCount, "HostTensor: value count differs from shape")
    let storage = TensorStorage(byteCount: values.count * type.byteCount) { bytes in
      values.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }
    self.init(elementType: type, shape: shape, storage: storage)
  }

  /// A tensor of one of ``ElementType/computed`` whose elements are numbers of `values`: rounded to float32, exact
  /// integers (those beyond the type's range become its nearest), 0 and 1 for false and true.
  public init(shape: Shape, elementType: ElementType, doubles values: [Double]) {
    switch elementType {
    case .int32: self.init(shape: shape, int32s: values.map { Int32(saturating: $0) })
    case .int64: self.init(shape: shape, int64s: values.map { Int64(saturating: $0) })
    case .bool: self.init(shape: shape, bools: values.map { $0 != 0 })
    default:
      self.init(shape: shape) { destination in
        for index in destination.indices { destination[index] = Float(values[index]) }
      }
    }
  }

  /// The elements as doubles: exact for every type but float64, which is rounded to float32 as everywhere in the
  /// engine, and integers beyond 2^53.
  public func doubles() -> [Double] {
    elementType.isFloatingPoint ? withFloats { $0.map(Double.init) } : integers().map(Double.init)
  }

  /// The elements of a tensor of integers or bools, exact; those of a floating-point tensor cut to integers.
  public func integers() -> [Int64] {
    guard !elementType.isFloatingPoint else {
      return withFloats { $0.map { Int64(saturating: Double($0)) } }
    }
    return withUnsafeBytes { bytes in
      (0..<elementCount).map { integer($0, bytes) }
    }
  }

  private func integer(_ index: Int, _ bytes: UnsafeRawBufferPointer) -> Int64 {
    func load<Stored: BinaryInteger & BitwiseCopyable>(_: Stored.Type) -> Int64 {
      Int64(
        bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self))
    }
    return switch elementType {
    case .int8: load(Int8.self)
    case .int16: load(Int16.self)
    case .int32: load(Int32.self)
    case .int64: load(Int64.self)
    case .uint8: load(UInt8.self)
    case .bool: load(UInt8.self) == 0 ? 0 : 1
    case .float16, .bfloat16, .float32, .float64: 0
    }
  }

  /// Why the tensor can't be fed where values of `type` are wanted, or nil where it can: float32 is made from every
  /// type, integers from integers and bools that fit, bool from bool.
  package func refusal(as type: ElementType) -> String? {
    if elementType == type || type.isFloatingPoint { return nil }
    switch type {
    case .int64 where !elementType.isFloatingPoint: return nil
    case .int32 where !elementType.isFloatingPoint:
      let beyond = integers().first { Int32(exactly: $0) == nil }
      return beyond.map { "\(elementType.rawValue) with the value \($0)" }
    default: return elementType.rawValue
    }
  }

  /// The elements as devices hold values of `type`, in words of 4 bytes, valid during the call: float32 and int32 as
  /// they are, bool as int32 0 or 1, int64 as two words. The tensor must have no ``refusal(as:)``.
  package func withWords<Result, Failure: Error>(
    as type: ElementType, _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard !type.isFloatingPoint else { return try withFloats(body) }
    return try LargeMemory.withTemporary(elementCount * type.words) { (words) throws(Failure) in
      copyWords(as: type, into: words)
      return try body(UnsafeBufferPointer(words))
    }
  }

  /// Writes the elements to memory for exactly as many as ``withWords(as:_:)`` gives.
  package func copyWords(
    as type: ElementType, into destination: UnsafeMutableBufferPointer<Float>
  ) {
    guard !type.isFloatingPoint else { return copyFloats(into: destination) }
    precondition(destination.count == elementCount * type.words, "copyWords: word count differs")
    let words = UnsafeMutableRawBufferPointer(destination)
    withUnsafeBytes { bytes in
      if elementType == type, type != .bool { return words.copyMemory(from: bytes) }
      for index in 0..<elementCount {
        let value = integer(index, bytes)
        if type == .int64 {
          words.storeBytes(of: value, toByteOffset: 8 * index, as: Int64.self)
        } else {
          words.storeBytes(
            of: Int32(truncatingIfNeeded: value), toByteOffset: 4 * index, as: Int32.self)
        }
      }
    }
  }

  /// A tensor of one of ``ElementType/computed`` whose elements `fill` writes as ``withWords(as:_:)`` gives them.
  package init<Failure: Error>(
    shape: Shape, elementType: ElementType,
    words fill: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    let count = shape.elementCount
    if elementType == .bool {
      let storage = try TensorStorage(byteCount: count) { (bytes) throws(Failure) in
        try LargeMemory.withTemporary(count) { (words) throws(Failure) in
          try fill(words)
          for index in 0..<count { bytes[index] = words[index].bitPattern == 0 ? 0 : 1 }
        }
      }
      self.init(elementType: .bool, shape: shape, storage: storage)
    } else {
      let type: ElementType = elementType.isFloatingPoint ? .float32 : elementType
      let storage = try TensorStorage(byteCount: count * 4 * type.words) {
        (bytes) throws(Failure) in
        let words = bytes.bindMemory(to: Float.self)
        words.initialize(repeating: 0)
        try fill(words)
      }
      self.init(elementType: type, shape: shape, storage: storage)
    }
  }
}

extension FixedWidthInteger {
  /// The number cut to an integer; the nearest of the type where it is beyond, 0 for NaN.
  package init(saturating value: Double) {
    if value.isNaN {
      self = 0
    } else if let exact = Self(exactly: value.rounded(.towardZero)) {
      self = exact
    } else {
      self = value < 0 ? .min : .max
    }
  }
}
