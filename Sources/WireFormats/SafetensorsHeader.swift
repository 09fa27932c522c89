import TensorCore

/// Parses the header of a safetensors file: the one JSON document whose shape is known beforehand, so that a
/// hostile one takes no more memory than its tensors' descriptions.
struct SafetensorsHeader {
  /// What the header says of one tensor; nothing is checked yet.
  struct Tensor {
    var name: String
    var type = ""
    var extents: [Int] = []
    var begin = 0
    var end = 0
  }

  private(set) var tensors: [Tensor] = []
  private(set) var metadata: [String: String] = [:]

  private static let mostAxes = 64
  private let text: UnsafeRawBufferPointer
  private let source: String
  private var position = 0

  init(_ text: UnsafeRawBufferPointer, source: String) {
    self.text = text
    self.source = source
  }

  /// Reads the whole header. Throws `.badData` where it isn't one.
  mutating func parse() throws(InceptError) {
    var names: Set<String> = []
    try object { (self, name) throws(InceptError) in
      guard names.insert(name).inserted else { throw self.malformed("every name once") }
      if name == "__metadata__" {
        try self.object { (self, key) throws(InceptError) in
          self.metadata[key] = try self.string()
        }
      } else {
        self.tensors.append(try self.tensor(name))
      }
    }
    guard peek() == nil else { throw malformed("the header's end") }
  }

  private mutating func tensor(_ name: String) throws(InceptError) -> Tensor {
    var tensor = Tensor(name: name)
    var fields: Set<String> = []
    try object { (self, key) throws(InceptError) in
      switch key {
      case "dtype": tensor.type = try self.string()
      case "shape": tensor.extents = try self.integers()
      case "data_offsets":
        let offsets = try self.integers()
        guard offsets.count == 2 else { throw self.malformed("two offsets") }
        (tensor.begin, tensor.end) = (offsets[0], offsets[1])
      default: throw self.malformed("dtype, shape or data_offsets")
      }
      fields.insert(key)
    }
    guard fields.count == 3 else { throw malformed("dtype, shape and data_offsets") }
    return tensor
  }

  private mutating func object(
    _ member: (inout SafetensorsHeader, String) throws(InceptError) -> Void
  ) throws(InceptError) {
    try expect("{")
    if skip("}") { return }
    while true {
      let key = try string()
      try expect(":")
      try member(&self, key)
      if skip("}") { return }
      try expect(",")
    }
  }

  private mutating func integers() throws(InceptError) -> [Int] {
    var integers: [Int] = []
    try expect("[")
    if skip("]") { return [] }
    while integers.count < SafetensorsHeader.mostAxes {
      integers.append(try integer())
      if skip("]") { return integers }
      try expect(",")
    }
    throw malformed("at most \(SafetensorsHeader.mostAxes) axes")
  }

  private mutating func integer() throws(InceptError) -> Int {
    _ = peek()
    var value = 0
    let start = position
    while position < text.count, case let digit = text[position], (0x30...0x39).contains(digit) {
      let (shifted, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = shifted.addingReportingOverflow(Int(digit - 0x30))
      guard !tooLarge, !overflow else { throw malformed("a smaller number") }
      value = sum
      position += 1
    }
    guard position > start else { throw malformed("a number") }
    return value
  }

  private mutating func string() throws(InceptError) -> String {
    try expect("\"")
    var bytes: [UInt8] = []
    while position < text.count {
      let byte = text[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: bytes, as: UTF8.self) else {
          throw malformed("UTF-8 text")
        }
        return string
      case UInt8(ascii: "\\"): bytes += try escaped()
      case 0..<0x20: throw malformed("no control characters")
      default: bytes.append(byte)
      }
    }
    throw malformed("a string's end")
  }

  private mutating func escaped() throws(InceptError) -> [UInt8] {
    guard position < text.count else { throw malformed("a string's end") }
    let byte = text[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      let first = try codeUnit()
      var units = [first]
      if first & 0xFC00 == 0xD800 {
        guard position + 2 <= text.count, text[position] == UInt8(ascii: "\\"),
          text[position + 1] == UInt8(ascii: "u")
        else { throw malformed("a surrogate pair") }
        position += 2
        units.append(try codeUnit())
      }
      guard let string = String(validating: units, as: UTF16.self) else {
        throw malformed("a surrogate pair")
      }
      return Array(string.utf8)
    default: throw malformed("an escape")
    }
  }

  private mutating func codeUnit() throws(InceptError) -> UInt16 {
    guard position + 4 <= text.count else { throw malformed("four hexadecimal digits") }
    var unit: UInt16 = 0
    for index in position..<position + 4 {
      guard let digit = Character(UnicodeScalar(text[index])).hexDigitValue else {
        throw malformed("four hexadecimal digits")
      }
      unit = unit << 4 | UInt16(digit)
    }
    position += 4
    return unit
  }

  private mutating func expect(_ scalar: UnicodeScalar) throws(InceptError) {
    guard skip(scalar) else { throw malformed("'\(scalar)'") }
  }

  /// Reads `scalar` if it comes next.
  private mutating func skip(_ scalar: UnicodeScalar) -> Bool {
    guard peek() == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  /// The next byte that isn't white space.
  private mutating func peek() -> UInt8? {
    while position < text.count {
      let byte = text[position]
      guard [0x20, 0x09, 0x0A, 0x0D].contains(byte) else { return byte }
      position += 1
    }
    return nil
  }

  private func malformed(_ expectation: String) -> InceptError {
    InceptError(
      .badData, subject: source,
      expected: "expected \(expectation) in the safetensors header at byte \(8 + position)",
      found: position < text.count ? "something else" : "its end")
  }
}
