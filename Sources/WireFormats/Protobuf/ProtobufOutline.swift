import Foundation
import TensorCore

/// A protobuf file without its large byte fields: small enough to be decoded at once, while tensors view their
/// elements in the mapped file.
///
/// Every field that the schema calls content is replaced by a token of eight bytes, which ``content(_:)`` turns
/// into the place in the file. (protobuf.dev, "Encoding"; groups, which proto3 lacks, are refused.)
package struct ProtobufOutline: Sendable {
  /// What is accepted, so that decoding takes neither long nor much memory.
  package struct Limits: Sendable {
    /// Bytes of the outline.
    package var bytes = 64 << 20
    /// Messages in it, as far as the schema knows them.
    package var messages = 1 << 20
    /// Messages within messages.
    package var depth = 64

    /// The usual limits.
    package init() {}
  }

  /// The message's wire form, with tokens for contents.
  package private(set) var bytes: [UInt8] = []
  /// The file.
  package let file: MappedFile
  private var contents: [Range<Int>] = []
  private var messageCount = 0
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

  /// The bytes in the file that a content field's `token` stands for; empty for an empty field, nil for what
  /// is no token of this outline.
  package func content(_ token: Data) -> Range<Int>? {
    if token.isEmpty { return 0..<0 }
    guard token.count == Self.tokenBytes else { return nil }
    let index = token.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return index < UInt64(contents.count) ? contents[Int(index)] : nil
  }

  private mutating func message(
    _ type: String, _ range: Range<Int>, depth: Int
  ) throws(InceptError) {
    messageCount += 1
    guard depth <= limits.depth, messageCount <= limits.messages else {
      throw damaged(
        "expected at most \(limits.messages) messages, nested up to \(limits.depth) deep", "more")
    }
    let fields = schema.messages[type] ?? [:]
    var cursor = ProtobufCursor(file, range)
    var copied = range.lowerBound
    while let field = try cursor.next() {
      guard let payload = field.payload, let kind = fields[field.number] else { continue }
      switch kind {
      case .content where payload.isEmpty: continue
      case .content:
        try copy(copied..<field.start)
        appendTag(field.number)
        bytes.append(UInt8(Self.tokenBytes))
        withUnsafeBytes(of: UInt64(contents.count).littleEndian) {
          bytes.append(contentsOf: $0)
        }
        contents.append(payload)
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

  private mutating func copy(_ range: Range<Int>) throws(InceptError) {
    guard bytes.count + range.count <= limits.bytes else {
      throw damaged(
        "expected at most \(limits.bytes) bytes beside the tensors' contents", "more",
        hint: "store large tensors as raw bytes")
    }
    bytes.append(contentsOf: file.bytes[range])
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

  private func damaged(_ expected: String, _ found: String, hint: String? = nil) -> InceptError {
    InceptError(.badData, subject: file.name, expected: expected, found: found, hint: hint)
  }
}
