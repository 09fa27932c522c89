import TensorCore

/// What a weights file holds: tensors by name, in the file's order.
package struct NamedTensors: Sendable {
  /// Names and tensors in the file's order; no name twice.
  package let entries: [(name: String, tensor: HostTensor)]
  /// What else the file says, or what its reader did to it (`prefix` = a prefix stripped from all names).
  package let metadata: [String: String]
  /// The file's name, for errors.
  package let source: String
  private let positions: [String: Int]

  /// Collects tensors. Of several with one name the last counts, in the place of the first.
  package init(
    _ tensors: some Sequence<(name: String, tensor: HostTensor)>, metadata: [String: String] = [:],
    source: String
  ) {
    var entries: [(name: String, tensor: HostTensor)] = []
    var positions: [String: Int] = [:]
    for tensor in tensors {
      if let position = positions[tensor.name] {
        entries[position] = tensor
      } else {
        positions[tensor.name] = entries.count
        entries.append(tensor)
      }
    }
    self.entries = entries
    self.metadata = metadata
    self.source = source
    self.positions = positions
  }

  /// The tensor called `name`.
  package subscript(name: String) -> HostTensor? { positions[name].map { entries[$0].tensor } }

  /// All names in the file's order.
  package var names: [String] { entries.map(\.name) }

  /// Number of tensors.
  package var count: Int { entries.count }
}
