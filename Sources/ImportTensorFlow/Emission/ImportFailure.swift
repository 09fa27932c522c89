import TensorCore
import WireFormats

/// Why a node didn't become operators.
enum ImportFailure: Error {
  /// Incept can't express it; collected and reported together.
  case refused(String)
  /// It is wrong.
  case invalid(InceptError)
}

/// A node that can't become operators, and why.
struct RefusedNode: Sendable {
  /// Its operation.
  let op: String
  /// Its name.
  let name: String
  /// Why.
  let reason: String

  /// The one error about all refused nodes: each operation and reason once, with the nodes' names.
  static func error(_ nodes: [RefusedNode], source: String) -> InceptError {
    var groups: [(op: String, reason: String, names: [String])] = []
    var positions: [[String]: Int] = [:]
    for node in nodes {
      if let position = positions[[node.op, node.reason]] {
        groups[position].names.append(node.name)
      } else {
        positions[[node.op, node.reason]] = groups.count
        groups.append((node.op, node.reason, [node.name]))
      }
    }
    let shown = groups.prefix(32).map { group in
      let names = group.names.prefix(8).map { "'\($0.printable())'" }.joined(separator: ", ")
      let more = group.names.count > 8 ? " and \(group.names.count - 8) more" : ""
      return "\(group.op.printable(limit: 60)) \(names)\(more): \(group.reason.printable())"
    }
    let rest = groups.count > 32 ? "; and \(groups.count - 32) more kinds" : ""
    return InceptError(
      .badData, subject: source, expected: "expected nodes that Incept can express",
      found: "\(nodes.count) others: " + shown.joined(separator: "; ") + rest,
      hint: "freeze the graph for inference, or export the model to ONNX")
  }
}
