import TensorCore
import WireFormats

extension RefusedItem {
  /// A node with its operator's domain (empty is ONNX's own) and the version of the operator set.
  init(op: String, domain: String, version: Int, name: String, reason: String) {
    let domain = domain.isEmpty ? "" : "\(domain.printable(limit: 60))."
    self.init(
      kind: "\(domain)\(op.printable(limit: 60)) (opset \(version))", name: name, reason: reason)
  }

  /// The one error about all refused nodes.
  static func error(_ nodes: [RefusedItem], source: String) -> InceptError {
    error(
      nodes, source: source, what: "operators",
      hint: "replace these operators, or export the model in another way")
  }
}
