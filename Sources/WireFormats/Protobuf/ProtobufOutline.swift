import Foundation
import TensorCore

/// A protobuf file without its large byte fields: small enough to be decoded at once, while tensors view their
/// elements in the mapped file.
///
/// Every field that the schema calls content is replaced by a token of eight bytes, which ``content(_:)`` turns
/// into the place in the file; what nobody reads is left out. Everything that grows when it is decoded is counted.
package struct ProtobufOutline: Sendable {
  /// What is accepted, so that decoding takes neither long nor much memory.
  package struct Limits: Sendable {
    /// Bytes of the outline.
    package var bytes = 64 << 20
    /// Messages in it, as far as the schema knows them.
    package var messages = 1 << 20
    /// Fields of these messages.
    package var fields = 4_000_000
    /// Messages within messages.
    package var depth = 64

    /// The usual limits.
    package init() {}
  }

  /// A field that stayed in the file.
  package struct Content: Sendable, Hashable {
    /// The number of the field that it was.
    package let field: Int
    /// Where its bytes are.
    package let bytes: Range<Int>
  }

  /// The message's wire form, with tokens for contents.
  package private(set) var bytes: [UInt8] = []
  /// The file.
  package let file: MappedFile
  private var contents: [Content] = []
  private var messageCount = 0
  private var fieldCount = 0
  private let schema: ProtobufSchema
  private let limits: Limits

  /// Length of a token, and of what stands for the lengths of messages.
  private static let tokenBytes = 8
  private static let lengthBytes = 5

  /// Walks through the whole file.
  ///
  /// Throws `.badData` where it is damaged or beyond the limits.
  package init(
    _ file: MappedFile, schema: ProtobufSchema, limits: Limits = Limits()
  ) throws(InceptError) {
    self.file = file
    self.schema = schema
    self.limits = limits
    try message(schema.root, 0..<file.bytes.count, depth: 0)
  }

  /// What a content field's `token` stands for; nil for what is no token of this outline. Empty fields have no
  /// tokens.
  package func content(_ token: Data) -> Content? {
    guard token.count == Self.tokenBytes else { return nil }
    let index = token.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return index < UInt64(contents.count) ? contents[Int(index)] : nil
  }

  private mutating func message(
    _ type: Int, _ range: Range<Int>, depth: Int
  ) throws(InceptError) {
    messageCount += 1
    guard depth <= limits.depth, messageCount <= limits.messages else {
      throw beyond("\(limits.messages) messages, nested up to \(limits.depth) deep")
    }
    var cursor = ProtobufCursor(file.bytes, range)
    var copied = range.lowerBound
    while let field = try next(&cursor) {
      fieldCount += 1
      guard fieldCount <= limits.fields else { throw beyond("\(limits.fields) fields") }
      guard case .payload(let payload) = field.value else { continue }
      switch schema.step(type, field.number) {
      case .copied: continue
      case .content where payload.isEmpty: continue
      case .dropped: try copy(copied..<field.start)
      case .content(let number):
        try copy(copied..<field.start)
        appendTag(number)
        bytes.append(UInt8(Self.tokenBytes))
        withUnsafeBytes(of: UInt64(contents.count).littleEndian) {
          bytes.append(contentsOf: $0)
        }
        contents.append(Content(field: field.number, bytes: payload))
      case .message(let type):
        try copy(copied..<field.start)
        appendTag(field.number)
        let place = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: Self.lengthBytes))
        try message(type, payload, depth: depth + 1)
        patchLength(at: place)
      }
      copied = payload.upperBound
    }
    try copy(copied..<range.upperBound)
  }

  private func next(_ cursor: inout ProtobufCursor) throws(InceptError) -> ProtobufCursor.Field? {
    do throws(ProtobufCursor.Damage) {
      return try cursor.next()
    } catch {
      throw damaged("\(error.expectation) at byte \(error.place)", error.found)
    }
  }

  private mutating func copy(_ range: Range<Int>) throws(InceptError) {
    guard bytes.count + range.count <= limits.bytes else {
      throw beyond("\(limits.bytes >> 20) MiB beside the tensors' contents")
    }
    bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: file.bytes[range]))
  }

  private mutating func appendTag(_ number: Int) {
    var rest = UInt64(number) << 3 | 2
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Lengths are only known afterwards, so they take as many bytes as the longest would.
  private mutating func patchLength(at place: Int) {
    var rest = bytes.count - place - Self.lengthBytes
    for index in 0..<Self.lengthBytes {
      bytes[place + index] = UInt8(rest & 0x7F) | (index < Self.lengthBytes - 1 ? 0x80 : 0)
      rest >>= 7
    }
  }

  private func beyond(_ limit: String) -> InceptError {
    InceptError(
      .badData, subject: file.name, expected: "expected \(schema.title) of at most \(limit)",
      found: "more", hint: "large tensors belong into raw bytes")
  }

  private func damaged(_ expected: String, _ found: String) -> InceptError {
    InceptError(
      .badData, subject: file.name, expected: "\(expected), in \(schema.title)", found: found,
      hint: "is the file complete? compare its size with the original's")
  }
}
