/// What ``ProtobufOutline`` does with the fields of a protobuf message, and of the messages in it.
package struct ProtobufSchema: Sendable {
  /// What a field holds.
  package enum Field: Sendable, Hashable {
    /// A message of the given name, looked into.
    case message(String)
    /// Bytes that stay in the file. A token takes their place, in the bytes field of the given number.
    case content(as: Int)
    /// Nothing that anybody reads: it is left out.
    case dropped
    /// What is small and is copied, as all fields are that a schema doesn't name.
    case copied
  }

  /// What the whole file is, for errors: "an ONNX model (protobuf)".
  let title: String
  /// The message of the whole file.
  let root: Int
  /// Per message its fields by number. Messages are numbers here, so that nothing is looked up by name for
  /// millions of fields.
  private let messages: [[Step]]

  /// What is done with one field.
  enum Step: Sendable {
    case message(Int), content(as: Int), dropped, copied
  }

  /// A schema; `messages` holds per message the fields to look into, by number. A message that it doesn't name has
  /// no such fields.
  package init(title: String, root: String, messages: [String: [Int: Field]]) {
    let names = messages.keys.sorted()
    // One more, without fields, is any message that has none of interest.
    func index(_ name: String) -> Int { names.firstIndex(of: name) ?? names.count }
    self.title = title
    self.root = index(root)
    self.messages =
      names.map { name in
        let fields = messages[name] ?? [:]
        return (0...(fields.keys.max() ?? 0)).map { number in
          switch fields[number] ?? .copied {
          case .message(let name): .message(index(name))
          case .content(let number): .content(as: number)
          case .dropped: .dropped
          case .copied: .copied
          }
        }
      } + [[]]
  }

  /// What is done with a field of a message.
  func step(_ message: Int, _ field: Int) -> Step {
    field < messages[message].count ? messages[message][field] : .copied
  }
}
