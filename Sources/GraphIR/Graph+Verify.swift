import TensorCore

extension Graph {
  /// Checks everything that must hold of a graph: edges lead to values of this graph, there is no cycle, names
  /// and results are consistent, and every type is what its operator infers.
  ///
  /// - Throws: an error about the first node that breaks a rule; category `.software`, as importers and passes
  ///   are to blame, never the caller.
  public func verify() throws(InceptError) {
    var names: Set<String> = []
    var position: [NodeID: Int] = [:]
    let order = topologicalOrder()
    for (index, id) in order.enumerated() { position[id] = index }
    guard order.count == nodeCount else {
      throw broken("graph '\(name)'", "an order over all \(nodeCount) nodes", "\(order.count)")
    }
    for id in order {
      let node = self[id]
      guard names.insert(node.name).inserted, self.node(named: node.name)?.id == id else {
        throw broken(node.subject, "a unique name", "a second node of that name")
      }
      guard !node.outputs.isEmpty, !node.sources.isEmpty else {
        throw broken(node.subject, "at least one output and one source", "none")
      }
      for input in node.inputs {
        guard let source = self.node(input.node), source.outputs.indices.contains(input.output)
        else { throw broken(node.subject, "an input of this graph", "\(input)") }
        guard let sourcePosition = position[input.node], let own = position[id],
          sourcePosition < own
        else { throw broken(node.subject, "no cycle", "one through \(source.subject)") }
      }
      let inferred: [TensorType]
      do {
        inferred = try node.op.inferOutputs(types(of: node.inputs))
      } catch {
        throw InceptError(
          .software, subject: node.subject, expected: error.expectation, found: error.actual,
          hint: Self.bugHint)
      }
      guard inferred == node.outputs else {
        throw broken(node.subject, "outputs \(inferred)", "\(node.outputs)")
      }
    }
    for output in outputs {
      guard let source = node(output.value.node),
        source.outputs.indices.contains(output.value.output)
      else { throw broken("output '\(output.name)'", "a value of this graph", "\(output.value)") }
    }
    guard Set(outputs.map(\.name)).count == outputs.count else {
      throw broken("graph '\(name)'", "unique output names", "\(outputs.map(\.name))")
    }
    for input in inputs {
      guard node(input)?.op is any GraphInput else {
        throw broken("graph '\(name)'", "input nodes among its nodes", "\(input)")
      }
    }
    for id in order where self[id].op is any GraphInput && !inputs.contains(id) {
      throw broken(self[id].subject, "to be among the graph's inputs", "\(inputs)")
    }
  }

  private func broken(_ subject: String, _ expected: String, _ found: String) -> InceptError {
    InceptError(
      .software, subject: subject, expected: "expected \(expected)", found: found,
      hint: Self.bugHint)
  }

  private static let bugHint = "this is a bug of Incept; please report it with the command you ran"
}
