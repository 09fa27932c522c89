/// What the header of an NPY file says (NumPy enhancement proposal 1, format versions 1 to 3).
struct NPYHeader {
  /// The type string, as `<f4`.
  var descriptor: String
  var fortranOrder: Bool
  var shape: [Int]
  /// Where the elements start in the file.
  var dataOffset: Int

  /// The type string as a message may show it: short, and nothing that a terminal obeys.
  var printableDescriptor: String {
    String(
      String.UnicodeScalarView(
        descriptor.unicodeScalars.prefix(40).map { (" "..."~").contains($0) ? $0 : "?" }))
  }

  /// Parses magic, version and dictionary. The dictionary is a Python literal; only what the format allows
  /// is understood.
  init(_ bytes: UnsafeRawBufferPointer, name: String) throws(InceptError) {
    func bad(_ expectation: String, found: String? = nil) -> InceptError {
      InceptError(.badData, subject: name, expected: expectation, found: found)
    }
    let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
    guard bytes.count >= 10, bytes.prefix(6).elementsEqual(magic) else {
      throw bad("expected an NPY file", found: "other content")
    }
    let version = bytes[6]
    guard (1...3).contains(version) else {
      throw bad("expected NPY version 1, 2 or 3", found: "\(version)")
    }
    let lengthBytes = version == 1 ? 2 : 4
    let start = 8 + lengthBytes
    guard bytes.count >= start else { throw bad("expected a header", found: "the end of the file") }
    let length = (0..<lengthBytes).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    let longest = 1 << 16
    guard length <= longest else {
      throw bad("expected a header of at most \(longest) bytes", found: "\(length)")
    }
    guard length <= bytes.count - start else {
      throw bad("expected a header of \(length) bytes", found: "\(bytes.count - start)")
    }
    dataOffset = start + length
    var scanner = NPYScanner(text: Array(bytes[start..<dataOffset]))
    guard let fields = scanner.dictionary() else {
      throw bad("expected a header with descr, fortran_order and shape", found: "something else")
    }
    (descriptor, fortranOrder, shape) = fields
  }
}

/// Reads the Python dictionary of an NPY header.
private struct NPYScanner {
  let text: [UInt8]
  private var position = 0

  init(text: [UInt8]) { self.text = text }

  /// The three fields, in any order, each exactly once, or nil.
  mutating func dictionary() -> (String, Bool, [Int])? {
    var descriptor: String?
    var fortranOrder: Bool?
    var shape: [Int]?
    guard take("{") else { return nil }
    while !take("}") {
      guard let key = string(), take(":") else { return nil }
      switch key {
      case "descr" where descriptor == nil: descriptor = string()
      case "fortran_order" where fortranOrder == nil: fortranOrder = boolean()
      case "shape" where shape == nil: shape = tuple()
      default: return nil
      }
      guard take(",") else {
        guard take("}") else { return nil }
        break
      }
    }
    skipSpace()
    guard position == text.count, let descriptor, let fortranOrder, let shape else { return nil }
    return (descriptor, fortranOrder, shape)
  }

  private mutating func skipSpace() {
    while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < text.count, text[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func string() -> String? {
    skipSpace()
    guard position < text.count else { return nil }
    let quote = text[position]
    guard quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
    guard let end = text[(position + 1)...].firstIndex(of: quote) else { return nil }
    defer { position = end + 1 }
    return String(decoding: text[(position + 1)..<end], as: UTF8.self)
  }

  private mutating func boolean() -> Bool? {
    skipSpace()
    for (word, value) in [("True", true), ("False", false)]
    where text[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    return nil
  }

  private mutating func tuple() -> [Int]? {
    guard take("(") else { return nil }
    var extents: [Int] = []
    let highestRank = 32
    while !take(")") {
      guard extents.count < highestRank, let extent = integer() else { return nil }
      extents.append(extent)
      guard take(",") else { return take(")") ? extents : nil }
    }
    return extents
  }

  private mutating func integer() -> Int? {
    skipSpace()
    let digits = text[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    position += digits.count
    // Python 2 wrote long integers with this suffix.
    if position < text.count, text[position] == UInt8(ascii: "L") { position += 1 }
    return Int(String(decoding: digits, as: UTF8.self))
  }
}
