/// The type of one tensor element, named as ONNX names it.
public enum ElementType: String, Sendable, Hashable, CaseIterable, Codable {
  /// IEEE 754's number of 16 bits.
  case float16
  /// The upper half of a float32.
  case bfloat16
  /// IEEE 754's numbers of 32 and 64 bits.
  case float32, float64
  /// A whole number of so many bits with a sign, as a two's complement.
  case int8, int16, int32, int64
  /// A byte without a sign.
  case uint8
  /// A byte that is 0 or 1.
  case bool

  /// Size of one element in bytes.
  public var byteCount: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .bfloat16, .int16: 2
    case .float32, .int32: 4
    case .float64, .int64: 8
    }
  }

  /// The types that values inside of a graph may have. Constants of other floating-point types are read as float32.
  public static let computed: [ElementType] = [.float32, .int32, .int64, .bool]

  /// Whether values are whole numbers that arithmetic is made for: int32 and int64.
  public var isInteger: Bool { self == .int32 || self == .int64 }

  /// Number of 4-byte words that an element of a graph's value takes on a device.
  package var words: Int { self == .int64 ? 2 : 1 }

  /// Whether values of this type are floating-point numbers.
  public var isFloatingPoint: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: true
    case .int8, .int16, .int32, .int64, .uint8, .bool: false
    }
  }
}
