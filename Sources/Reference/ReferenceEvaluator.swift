import GraphIR
import TensorCore

/// Runs whole graphs with the operators' reference definitions.
package enum ReferenceEvaluator {
  /// Which values ``evaluate(_:feeding:keeping:)`` returns.
  package enum Kept: Sendable {
    /// The graph's results, by output name.
    case results
    /// The results, and every node's outputs by their label (see `Graph.label`).
    case everyNode
  }

  /// Computes the graph's results.
  ///
  /// - Parameter feeds: a tensor for every input of the graph, by the input node's name.
  /// - Throws: about a missing feed, one of another shape, or a node without a reference.
  package static func evaluate(
    _ graph: Graph, feeding feeds: [String: HostTensor], keeping kept: Kept = .results
  ) throws(InceptError) -> [String: ReferenceTensor] {
    var values: [ValueID: ReferenceTensor] = [:]
    var result: [String: ReferenceTensor] = [:]
    var pendingReads = graph.users().mapValues(\.count)
    for output in graph.outputs { pendingReads[output.value, default: 0] += 1 }
    for id in graph.topologicalOrder() {
      let node = graph[id]
      var inputs: [ReferenceTensor] = []
      for input in node.inputs {
        guard let value = values[input] else {
          throw broken(node, "a value for every input", "none for \(graph.label(input))")
        }
        inputs.append(value)
      }
      let outputs = try evaluate(node, inputs, feeds)
      guard outputs.map(\.type) == node.outputs else {
        throw broken(node, "\(node.outputs)", "\(outputs.map(\.type))")
      }
      for (index, output) in outputs.enumerated() {
        let value = ValueID(id, output: index)
        if pendingReads[value] != nil { values[value] = output }
        if kept == .everyNode { result[graph.label(value)] = output }
      }
      for input in node.inputs {
        pendingReads[input, default: 0] -= 1
        if pendingReads[input] == 0 { values[input] = nil }
      }
    }
    for output in graph.outputs { result[output.name] = values[output.value] }
    return result
  }

  /// The outputs of one node.
  static func evaluate(
    _ node: Node, _ inputs: [ReferenceTensor], _ feeds: [String: HostTensor]
  ) throws(InceptError) -> [ReferenceTensor] {
    if let input = node.op as? any GraphInput {
      guard let feed = feeds[node.name] else {
        throw InceptError(
          .usage, subject: node.subject, expected: "expected a tensor \(input.type)", found: "none")
      }
      guard feed.shape == input.type.shape else {
        throw InceptError(
          .usage, subject: node.subject, expected: "expected a tensor \(input.type.shape)",
          found: "\(feed.shape)")
      }
      let type = input.type.elementType
      if let found = feed.refusal(as: type) {
        throw InceptError(
          .usage, subject: node.subject, expected: "expected elements that are \(type.rawValue)",
          found: found)
      }
      return [ReferenceTensor(feed, as: type)]
    }
    guard let op = node.op as? any ReferenceEvaluable else {
      throw broken(node, "an operator with a reference", "\(type(of: node.op))")
    }
    do {
      return try op.evaluate(inputs)
    } catch {
      throw error.about(node.subject)
    }
  }

  static func broken(_ node: Node, _ expected: String, _ found: String) -> InceptError {
    InceptError(.software, subject: node.subject, expected: "expected \(expected)", found: found)
  }
}
