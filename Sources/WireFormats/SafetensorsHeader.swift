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
    var (hasType, hasShape, hasOffsets) = (false, false, false)
    try object { (self, key) throws(InceptError) in
      switch key {
      case "dtype":
        tensor.type = try self.string()
        hasType = true
      case "shape":
        tensor.extents = try self.integers()
        hasShape = true
      case "data_offsets":
        let offsets = try self.integers()
        guard offsets.count == 2 else { throw self.malformed("two offsets") }
        (tensor.begin, tensor.end) = (offsets[0], offsets[1])
        hasOffsets = true
      default: throw self.malformed("dtype, shape or data_offsets")
      }
    }
    guard hasType, hasShape, hasOffsets else { throw malformed("dtype, shape and data_offsets") }
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
    var start = position
    // Only a string with escapes has bytes of its own: the others are taken from the header as they stand.
    var unescaped: [UInt8] = []
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: "\""):
        let rest = text[start..<position]
        position += 1
        if !unescaped.isEmpty { unescaped += rest }
        let string =
          unescaped.isEmpty
          ? String(validating: rest, as: UTF8.self)
          : String(validating: unescaped, as: UTF8.self)
        guard let string else { throw malformed("UTF-8 text") }
        return string
      case UInt8(ascii: "\\"):
        unescaped += text[start..<position]
        position += 1
        try appendEscaped(to: &unescaped)
        start = position
      case 0..<0x20:
        position += 1
        throw malformed("no control characters")
      default: position += 1
      }
    }
    throw malformed("a string's end")
  }

  private mutating func appendEscaped(to bytes: inout [UInt8]) throws(InceptError) {
    guard position < text.count else { throw malformed("a string's end") }
    let byte = text[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "u"):
      guard let encoded = UTF8.encode(try scalar()) else { throw malformed("a surrogate pair") }
      bytes += encoded
    default: throw malformed("an escape")
    }
  }

  /// What one `\u` escape, or two that are a surrogate pair, stand for.
  private mutating func scalar() throws(InceptError) -> Unicode.Scalar {
    let first = UInt32(try codeUnit())
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, position + 2 <= text.count, text[position] == UInt8(ascii: "\\"),
      text[position + 1] == UInt8(ascii: "u")
    else { throw malformed("a surrogate pair") }
    position += 2
    let second = UInt32(try codeUnit())
    guard 0xDC00..<0xE000 ~= second,
      let scalar = Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF)
    else { throw malformed("a surrogate pair") }
    return scalar
  }

  private mutating func codeUnit() throws(InceptError) -> UInt16 {
    guard position + 4 <= text.count else { throw malformed("four hexadecimal digits") }
    var unit: UInt16 = 0
    for index in position..<position + 4 {
      let byte = text[index]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw malformed("four hexadecimal digits")
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
      switch text[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      case let byte: return byte
      }
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
