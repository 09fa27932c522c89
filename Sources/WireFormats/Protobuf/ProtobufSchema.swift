/// Which fields of a protobuf message, and of the messages in it, ``ProtobufOutline`` looks into.
package struct ProtobufSchema: Sendable {
  /// What a field holds.
  package enum Field: Sendable, Hashable {
    /// A message of the given name.
    case message(String)
    /// Bytes that stay in the file.
    case content
  }

  /// The type of the whole file.
  package let root: String
  /// Per message type the fields to look into, by number. All others are copied.
  package let messages: [String: [Int: Field]]

  /// A schema.
  package init(root: String, messages: [String: [Int: Field]]) {
    self.root = root
    self.messages = messages
  }
}
