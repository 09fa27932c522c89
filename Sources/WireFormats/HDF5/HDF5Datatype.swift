import TensorCore

/// The type of one stored element (format section IV.A.2.d), as far as weights files need it.
enum HDF5Datatype: Sendable, Hashable {
  /// How a fixed-length string ends.
  enum Padding: Int, Sendable, Hashable { case nul, nulPad, space }

  /// A number in one of the engine's own forms.
  case number(ElementType, bigEndian: Bool)
  /// A string in a fixed number of bytes.
  case fixedString(byteCount: Int, padding: Padding)
  /// A string in the global heap.
  case variableString
  /// Anything else; the text names it.
  case other(String, byteCount: Int)

  /// Size of one stored element in bytes.
  var byteCount: Int {
    switch self {
    case .number(let type, _): type.byteCount
    case .fixedString(let count, _): count
    case .variableString: 16
    case .other(_, let count): count
    }
  }

  /// Reads a datatype message.
  init(_ message: HDF5Cursor) throws(InceptError) {
    var message = message
    let head = try message.byte()
    guard (1...3).contains(head >> 4) else {
      throw message.bad("version 1 to 3", "version \(head >> 4)")
    }
    let bits = try message.byte() | (try message.number(UInt16.self)) << 8
    let size = try message.number(UInt32.self)
    guard size > 0 else { throw message.bad("a size", "0") }
    switch head & 15 {
    case 0: self = try Self.integer(&message, bits: bits, size: size)
    case 1: self = try Self.float(&message, bits: bits, size: size)
    case 3:
      guard let padding = Padding(rawValue: bits & 15) else {
        throw message.bad("a string padding of 0 to 2", "\(bits & 15)")
      }
      self = .fixedString(byteCount: size, padding: padding)
    case 9 where bits & 15 == 1 && size == 16: self = .variableString
    case let other:
      let names = [
        2: "time", 4: "bit field", 5: "opaque", 6: "compound", 7: "reference", 8: "enumeration",
        9: "sequence", 10: "array",
      ]
      self = .other(names[other] ?? "class \(other)", byteCount: size)
    }
  }

  private static func integer(
    _ message: inout HDF5Cursor, bits: Int, size: Int
  ) throws(InceptError) -> HDF5Datatype {
    let offset = try message.number(UInt16.self)
    let precision = try message.number(UInt16.self)
    let isSigned = bits & 8 != 0
    let types: [Int: ElementType] =
      isSigned ? [1: .int8, 2: .int16, 4: .int32, 8: .int64] : [1: .uint8]
    guard let type = types[size], offset == 0, precision == size * 8 else {
      return .other("\(isSigned ? "" : "unsigned ")\(precision)-bit integer", byteCount: size)
    }
    return .number(type, bigEndian: bits & 1 != 0)
  }

  private static func float(
    _ message: inout HDF5Cursor, bits: Int, size: Int
  ) throws(InceptError) -> HDF5Datatype {
    let fields = try message.part(12, "float datatype")
    var layout = fields
    let offset = try layout.number(UInt16.self)
    let precision = try layout.number(UInt16.self)
    let form = [
      size, try layout.byte(), try layout.byte(), try layout.byte(), try layout.byte(),
      try layout.number(UInt32.self), bits >> 8 & 0xFF,
    ]
    // Size; where exponent and mantissa start and how long they are; the exponent's bias; the sign's bit.
    let types: [[Int]: ElementType] = [
      [2, 10, 5, 0, 10, 15, 15]: .float16, [2, 7, 8, 0, 7, 127, 15]: .bfloat16,
      [4, 23, 8, 0, 23, 127, 31]: .float32, [8, 52, 11, 0, 52, 1023, 63]: .float64,
    ]
    guard let type = types[form], offset == 0, precision == size * 8, bits & 0x70 == 0x20 else {
      return .other("\(size)-byte float that isn't IEEE 754", byteCount: size)
    }
    return .number(type, bigEndian: bits & 1 != 0)
  }
}
