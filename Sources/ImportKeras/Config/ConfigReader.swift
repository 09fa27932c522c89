import TensorCore
import WireFormats

/// Reads the JSON of a model's configuration (RFC 8259), and the `NaN` and `Infinity` that Python writes.
///
/// The text comes from a file that anyone may have made: size, depth and number of values are bounded.
struct ConfigReader {
  /// Bytes of text.
  static let byteLimit = 16 << 20
  /// Lists and objects within each other.
  static let depthLimit = 256
  /// Values altogether, which cost more memory than their text.
  static let valueLimit = 500_000

  private let bytes: [UInt8]
  private let source: String
  private var position = 0
  private var values = 0

  /// The value that `text` holds. Throws `.badData` about `source` where it is no JSON or beyond a bound.
  static func read(_ text: String, source: String) throws(InceptError) -> ConfigValue {
    var reader = ConfigReader(bytes: Array(text.utf8), source: source)
    guard reader.bytes.count <= byteLimit else {
      throw reader.bad("at most \(byteLimit) bytes", "\(reader.bytes.count)")
    }
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.position == reader.bytes.count else { throw reader.unexpected("its end") }
    return value
  }

  private init(bytes: [UInt8], source: String) {
    self.bytes = bytes
    self.source = source
  }

  private mutating func value(depth: Int) throws(InceptError) -> ConfigValue {
    values += 1
    guard values <= Self.valueLimit else {
      throw bad("at most \(Self.valueLimit) values", "more")
    }
    guard depth <= Self.depthLimit else {
      throw bad("at most \(Self.depthLimit) levels of nesting", "more")
    }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t") where take("true"): return .bool(true)
    case UInt8(ascii: "f") where take("false"): return .bool(false)
    case UInt8(ascii: "n") where take("null"): return .null
    case UInt8(ascii: "N") where take("NaN"): return .number(.nan)
    case UInt8(ascii: "I") where take("Infinity"): return .number(.infinity)
    case UInt8(ascii: "-") where take("-Infinity"): return .number(-.infinity)
    default: return try number()
    }
  }

  private mutating func object(depth: Int) throws(InceptError) -> ConfigValue {
    position += 1
    var members: [String: ConfigValue] = [:]
    skipSpace()
    if take("}") { return .object(members) }
    while true {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw unexpected("a name") }
      let name = try string()
      skipSpace()
      guard take(":") else { throw unexpected("':'") }
      guard members.updateValue(try value(depth: depth + 1), forKey: name) == nil else {
        throw bad("each name once in an object", "'\(name.printable(limit: 60))' twice")
      }
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else { throw unexpected("',' or '}'") }
    }
  }

  private mutating func array(depth: Int) throws(InceptError) -> ConfigValue {
    position += 1
    var elements: [ConfigValue] = []
    skipSpace()
    if take("]") { return .array(elements) }
    while true {
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if take("]") { return .array(elements) }
      guard take(",") else { throw unexpected("',' or ']'") }
    }
  }

  private mutating func number() throws(InceptError) -> ConfigValue {
    let start = position
    while let byte = peek, Self.numberBytes.contains(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if let integer = Int(text) { return .integer(integer) }
    guard let double = Double(text) else {
      position = start
      throw unexpected("a value")
    }
    return .number(double)
  }

  private static let numberBytes = Set("0123456789+-.eE".utf8)

  private mutating func string() throws(InceptError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let valid = String(validating: text, as: UTF8.self) else {
          throw bad("text in UTF-8", "other bytes")
        }
        return valid
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw bad("no control characters in a string", "byte \(byte)")
      default: text.append(byte)
      }
    }
    throw unexpected("the end of a string")
  }

  private mutating func escape(into text: inout [UInt8]) throws(InceptError) {
    guard let byte = peek else { throw unexpected("an escape") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      let unit = try codeUnit()
      guard unit >= 0x80 else { return text.append(UInt8(unit)) }
      var units = [unit]
      if UTF16.isLeadSurrogate(unit), take("\\u") { units.append(try codeUnit()) }
      // A lone surrogate, which JSON allows and Unicode does not, becomes U+FFFD.
      text += String(decoding: units, as: UTF16.self).utf8
    default: throw bad("an escape of JSON", "byte \(byte)")
    }
  }

  private mutating func codeUnit() throws(InceptError) -> UInt16 {
    guard bytes.count - position >= 4 else { throw unexpected("four hexadecimal digits") }
    var unit: UInt16 = 0
    for byte in bytes[position..<position + 4] {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw unexpected("four hexadecimal digits")
      }
      unit = unit << 4 | UInt16(digit)
    }
    position += 4
    return unit
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || (0x09...0x0D).contains(byte) { position += 1 }
  }

  private mutating func take(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard bytes.count - position >= count else { return false }
    for index in 0..<count where bytes[position + index] != text.utf8Start[index] { return false }
    position += count
    return true
  }

  private func unexpected(_ expected: String) -> InceptError {
    bad(
      "\(expected) at byte \(position)",
      peek.map { "'\(String(UnicodeScalar($0)).printable())'" } ?? "the end")
  }

  private func bad(_ expected: String, _ found: String) -> InceptError {
    InceptError(
      .badData, subject: source, expected: "expected a model_config in JSON with \(expected)",
      found: found, hint: "the file may be damaged")
  }
}
