import TensorCore
import WireFormats

/// A node that can't become operators, and why.
struct RefusedNode {
  /// Its operator.
  let op: String
  /// The operator's domain; empty is ONNX's own.
  let domain: String
  /// The version of the operator set.
  let version: Int
  /// Its name, or that of its first output.
  let name: String
  /// Why.
  let reason: String

  /// The one error about all refused nodes: each operator and reason once, with the nodes' names.
  static func error(_ nodes: [RefusedNode], source: String) -> InceptError {
    var groups: [(node: RefusedNode, names: [String])] = []
    var positions: [[String]: Int] = [:]
    for node in nodes {
      let key = [node.op, node.domain, node.reason]
      if let position = positions[key] {
        groups[position].names.append(node.name)
      } else {
        positions[key] = groups.count
        groups.append((node, [node.name]))
      }
    }
    let shown = groups.prefix(32).map { group in
      let names = group.names.prefix(8).map { "'\($0.printable(limit: 100))'" }
      let more = group.names.count > 8 ? " and \(group.names.count - 8) more" : ""
      let domain = group.node.domain.isEmpty ? "" : "\(group.node.domain.printable(limit: 60))."
      return "\(domain)\(group.node.op.printable(limit: 60)) (opset \(group.node.version)) "
        + "\(names.joined(separator: ", "))\(more): \(group.node.reason.printable(limit: 400))"
    }
    let rest = groups.count > 32 ? "; and \(groups.count - 32) more kinds" : ""
    return InceptError(
      .badData, subject: source, expected: "expected operators that Incept can express",
      found: "\(nodes.count) others: " + shown.joined(separator: "; ") + rest,
      hint: "replace these operators, or export the model in another way")
  }
}
