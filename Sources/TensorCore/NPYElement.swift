/// The element type of an NPY file, as its type string says.
struct NPYElement {
  /// Bytes of one stored element.
  let byteCount: Int
  /// Whether the file's byte order is not this machine's.
  let swapsBytes: Bool
  /// The type that stores the same bits, or nil for unsigned integers that have to be widened.
  let elementType: ElementType?

  /// Parses a type string such as `<f4`; nil for a type that isn't supported.
  init?(_ descriptor: String) {
    let characters = Array(descriptor)
    guard characters.count == 3 else { return nil }
    switch String(characters[1...]) {
    case "f2": elementType = .float16
    case "f4": elementType = .float32
    case "f8": elementType = .float64
    case "i1": elementType = .int8
    case "i2": elementType = .int16
    case "i4": elementType = .int32
    case "i8": elementType = .int64
    case "u1": elementType = .uint8
    case "b1": elementType = .bool
    case "u2", "u4", "u8": elementType = nil
    default: return nil
    }
    guard let size = characters[2].wholeNumberValue else { return nil }
    byteCount = size
    #if _endian(little)
      let foreign: Character = ">"
    #else
      let foreign: Character = "<"
    #endif
    switch characters[0] {
    case "<", ">": swapsBytes = size > 1 && characters[0] == foreign
    case "=": swapsBytes = false
    case "|" where size == 1: swapsBytes = false
    default: return nil
    }
  }

  /// A tensor of the machine's byte order in C order. `data` holds exactly the elements of `shape`.
  func normalized(
    _ data: UnsafeRawBufferPointer, shape: Shape, fortranOrder: Bool, name: String
  ) throws(InceptError) -> HostTensor {
    let dense = TensorStorage(byteCount: data.count) { destination in
      copy(data, into: destination, shape: shape, fortranOrder: fortranOrder)
    }
    if let elementType {
      return HostTensor(elementType: elementType, shape: shape, storage: dense)
    }
    return try widened(dense, shape: shape, name: name)
  }

  private func copy(
    _ source: UnsafeRawBufferPointer, into destination: UnsafeMutableRawBufferPointer,
    shape: Shape, fortranOrder: Bool
  ) {
    guard let bytes = source.baseAddress, let target = destination.baseAddress, !source.isEmpty
    else { return }
    // Fortran order is the C order of the reversed axes.
    let strides =
      fortranOrder
      ? Array(Shape(shape.dimensions.reversed()).denseStrides.reversed()) : shape.denseStrides
    var index = [Int](repeating: 0, count: shape.rank)
    var offset = 0
    for element in 0..<shape.elementCount {
      for byte in 0..<byteCount {
        let from = swapsBytes ? byteCount - 1 - byte : byte
        target.storeBytes(
          of: bytes.load(fromByteOffset: offset * byteCount + from, as: UInt8.self),
          toByteOffset: element * byteCount + byte, as: UInt8.self)
      }
      for axis in stride(from: shape.rank - 1, through: 0, by: -1) {
        index[axis] += 1
        offset += strides[axis]
        if index[axis] < shape[axis] { break }
        offset -= index[axis] * strides[axis]
        index[axis] = 0
      }
    }
  }

  private func widened(
    _ storage: TensorStorage, shape: Shape, name: String
  ) throws(InceptError) -> HostTensor {
    let source = storage.baseAddress
    let count = shape.elementCount
    defer { withExtendedLifetime(storage) {} }
    let type: ElementType = byteCount == 2 ? .int32 : .int64
    let result = try TensorStorage(byteCount: count * type.byteCount) {
      (bytes) throws(InceptError) in
      for i in 0..<count {
        switch byteCount {
        case 2:
          let value = source.load(fromByteOffset: 2 * i, as: UInt16.self)
          bytes.storeBytes(of: Int32(value), toByteOffset: 4 * i, as: Int32.self)
        case 4:
          let value = source.load(fromByteOffset: 4 * i, as: UInt32.self)
          bytes.storeBytes(of: Int64(value), toByteOffset: 8 * i, as: Int64.self)
        default:
          let value = source.load(fromByteOffset: 8 * i, as: UInt64.self)
          guard let narrowed = Int64(exactly: value) else {
            throw InceptError(
              .badData, subject: name, expected: "expected values that fit int64",
              found: "\(value)")
          }
          bytes.storeBytes(of: narrowed, toByteOffset: 8 * i, as: Int64.self)
        }
      }
    }
    return HostTensor(elementType: type, shape: shape, storage: result)
  }
}
