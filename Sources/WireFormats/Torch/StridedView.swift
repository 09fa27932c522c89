import TensorCore

/// Makes dense tensors of views: in place where the view is dense already, copied otherwise.
struct StridedView {
  /// The file, for errors.
  let source: String
  /// How many more bytes copies may take. A few bytes with strides of zero can describe terabytes.
  private var budget: Int

  /// Allows copies of twice the file's size altogether.
  init(_ file: MappedFile) {
    source = file.name
    budget = 2 * file.bytes.count + 1 << 16
  }

  /// The tensor that starts `offset` elements into `bytes` and lies there with the given strides.
  ///
  /// Throws `.badData` where any of its elements would lie outside.
  mutating func tensor(
    _ name: String, _ type: ElementType, in bytes: ByteRange, offset: Int, extents: [Int],
    strides: [Int]
  ) throws(InceptError) -> HostTensor {
    let shape = Shape(extents)
    guard let count = shape.safeElementCount,
      let span = StridedView.span(extents, strides, isEmpty: count == 0),
      offset >= 0, offset <= bytes.byteCount / type.byteCount,
      span <= bytes.byteCount / type.byteCount - offset
    else {
      throw InceptError(
        .badData, subject: source,
        expected: "expected '\(name.printable())' inside its storage of \(bytes.byteCount) bytes",
        found: "\(type) \(shape) from element \(offset) with strides \(Shape(strides))")
    }
    let start = bytes.offset + offset * type.byteCount
    if count == 0 || StridedView.isDense(extents, strides) {
      return HostTensor(
        elementType: type, shape: shape, storage: bytes.storage, byteOffset: start)
    }
    guard count <= budget / type.byteCount else {
      throw InceptError(
        .badData, subject: source, expected: "expected '\(name.printable())' to fit its file",
        found: "\(shape) expanded from \(span) elements")
    }
    budget -= count * type.byteCount
    let origin = bytes.storage.baseAddress + start
    let copy = TensorStorage(byteCount: count * type.byteCount) { destination in
      switch type.byteCount {
      case 1: StridedView.copy(UInt8.self, origin, extents, strides, destination)
      case 2: StridedView.copy(UInt16.self, origin, extents, strides, destination)
      case 4: StridedView.copy(UInt32.self, origin, extents, strides, destination)
      default: StridedView.copy(UInt64.self, origin, extents, strides, destination)
      }
    }
    withExtendedLifetime(bytes.storage) {}
    return HostTensor(elementType: type, shape: shape, storage: copy)
  }

  /// Number of elements from the view's first to behind its last, or nil where that is no number.
  private static func span(_ extents: [Int], _ strides: [Int], isEmpty: Bool) -> Int? {
    guard !isEmpty else { return 0 }
    var last = 0
    for (extent, stride) in zip(extents, strides) where extent > 1 {
      guard stride >= 0 else { return nil }
      let (step, tooFar) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflow) = last.addingReportingOverflow(step)
      guard !tooFar, !overflow, sum < Int.max else { return nil }
      last = sum
    }
    return last + 1
  }

  private static func isDense(_ extents: [Int], _ strides: [Int]) -> Bool {
    var expected = 1
    for axis in extents.indices.reversed() where extents[axis] != 1 {
      guard strides[axis] == expected else { return false }
      expected *= extents[axis]
    }
    return true
  }

  private static func copy<Element: BitwiseCopyable & FixedWidthInteger>(
    _: Element.Type, _ origin: UnsafeRawPointer, _ extents: [Int], _ strides: [Int],
    _ destination: UnsafeMutableRawBufferPointer
  ) {
    let size = MemoryLayout<Element>.size
    let elements = destination.bindMemory(to: Element.self)
    // Axes of one element have strides that mean nothing.
    let axes = extents.indices.filter { extents[$0] != 1 }
    guard let last = axes.last else { return }
    let outer = axes.dropLast()
    let step = strides[last] * size
    var index = [Int](repeating: 0, count: extents.count)
    var offset = 0
    var written = 0
    while written < elements.count {
      for position in 0..<extents[last] {
        elements[written + position] = origin.loadUnaligned(
          fromByteOffset: offset + position * step, as: Element.self)
      }
      written += extents[last]
      for axis in outer.reversed() {
        index[axis] += 1
        offset += strides[axis] * size
        if index[axis] < extents[axis] { break }
        offset -= extents[axis] * strides[axis] * size
        index[axis] = 0
      }
    }
  }
}
