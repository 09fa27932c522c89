import TensorCore

/// Reads the fields of one protobuf message in order, without decoding them.
package struct ProtobufCursor {
  /// A field of a message.
  package struct Field: Sendable {
    /// The field's number.
    package let number: Int
    /// Where its tag is in the file.
    package let start: Int
    /// Where its bytes are, for strings, bytes, messages and packed lists; nil for single numbers.
    package let payload: Range<Int>?
  }

  private let file: MappedFile
  private let end: Int
  private var position: Int

  /// Starts with the message in `range` of a file.
  package init(_ file: MappedFile, _ range: Range<Int>) {
    self.file = file
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next field, nil at the end.
  package mutating func next() throws(InceptError) -> Field? {
    guard position < end else { return nil }
    let start = position
    let tag = try varint()
    guard let number = Int(exactly: tag >> 3), (1...Self.largestNumber).contains(number) else {
      throw damaged(start, "expected a field", "a tag of \(tag)")
    }
    switch tag & 7 {
    case 0: _ = try varint()
    case 1: try skip(8, from: start)
    case 5: try skip(4, from: start)
    case 2:
      let length = try varint()
      guard let count = Int(exactly: length), count <= end - position else {
        throw damaged(
          start, "expected a field of at most \(end - position) bytes", "\(length) bytes")
      }
      position += count
      return Field(number: number, start: start, payload: position - count..<position)
    default: throw damaged(start, "expected a field of proto3", "wire type \(tag & 7)")
    }
    return Field(number: number, start: start, payload: nil)
  }

  /// Numbers have 29 bits.
  private static let largestNumber = 1 << 29 - 1

  private mutating func skip(_ count: Int, from start: Int) throws(InceptError) {
    guard count <= end - position else {
      throw damaged(start, "expected \(count) bytes of a number", "\(end - position)")
    }
    position += count
  }

  private mutating func varint() throws(InceptError) -> UInt64 {
    let start = position
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < end else { break }
      let byte = file.bytes[position]
      position += 1
      result |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return result }
    }
    throw damaged(start, "expected a number that ends", "the end of its message, or too many bytes")
  }

  private func damaged(_ place: Int, _ expected: String, _ found: String) -> InceptError {
    InceptError(
      .badData, subject: file.name, expected: "\(expected) at byte \(place)", found: found,
      hint: "is the file complete?")
  }
}
