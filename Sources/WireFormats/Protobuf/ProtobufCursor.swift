/// Reads the fields of one protobuf message in order, without decoding them; nothing beyond its range.
/// (protobuf.dev, "Encoding"; groups, which proto3 lacks, are refused.)
package struct ProtobufCursor {
  /// A field of a message.
  package struct Field: Sendable {
    /// The field's number, from 1 to 2^29 - 1.
    package let number: Int
    /// Where its tag is.
    package let start: Int
    /// What it holds.
    package let value: Value
  }

  /// What a field holds.
  package enum Value: Sendable, Hashable {
    /// A number of variable length.
    case number(UInt64)
    /// A number of four or eight bytes, which lie here.
    case fixed(Range<Int>)
    /// Where its bytes are, for strings, bytes, messages and packed lists.
    case payload(Range<Int>)
  }

  /// What is wrong with a message.
  package struct Damage: Error {
    /// The byte where it is wrong.
    package let place: Int
    /// "expected …".
    package let expectation: String
    /// What is there.
    package let found: String
  }

  /// The tag of the field that was read last, even where the rest of it is damaged; 0 before the first.
  package private(set) var tag: UInt64 = 0

  private let bytes: UnsafeRawBufferPointer
  private let end: Int
  private var position: Int

  /// Starts with the message in `range` of `bytes`, which must outlive the cursor.
  package init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next field, nil at the end.
  package mutating func next() throws(Damage) -> Field? {
    guard position < end else { return nil }
    let start = position
    tag = try varint()
    guard let number = Int(exactly: tag >> 3), (1...Self.largestNumber).contains(number) else {
      throw damage(start, "expected a field", "a tag of \(tag)")
    }
    let value: Value
    switch tag & 7 {
    case 0: value = .number(try varint())
    case 1: value = .fixed(try take(8, from: start))
    case 5: value = .fixed(try take(4, from: start))
    case 2:
      let length = try varint()
      guard let count = Int(exactly: length), count <= end - position else {
        throw damage(
          start, "expected a field of at most \(end - position) bytes", "\(length) bytes")
      }
      value = .payload(try take(count, from: start))
    default: throw damage(start, "expected no groups and no unknown wire types", "type \(tag & 7)")
    }
    return Field(number: number, start: start, value: value)
  }

  /// Numbers have 29 bits.
  private static let largestNumber = 1 << 29 - 1

  private mutating func take(_ count: Int, from start: Int) throws(Damage) -> Range<Int> {
    guard count <= end - position else {
      throw damage(start, "expected \(count) bytes of a number", "\(end - position)")
    }
    position += count
    return position - count..<position
  }

  private mutating func varint() throws(Damage) -> UInt64 {
    let start = position
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < end else {
        throw damage(start, "expected a number that ends", "the end of its message")
      }
      let byte = bytes[position]
      position += 1
      // The tenth byte holds the last of 64 bits.
      if shift == 63, byte > 1 { break }
      result |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return result }
    }
    throw damage(start, "expected a number of at most 64 bits", "more")
  }

  private func damage(_ place: Int, _ expectation: String, _ found: String) -> Damage {
    Damage(place: place, expectation: expectation, found: found)
  }
}
