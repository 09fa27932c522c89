import GraphIR
import Operators
import TensorCore

/// Composes transposes that follow each other, also across elementwise operators between two that cancel.
package struct CancelTransposes: Pass {
  package let name = "cancel-transposes"
  package let summary = """
    transpose(transpose(x)) → transpose(x) or x; transpose(f(transpose(x))) → f(x), when f is elementwise, \
    the transposes cancel and nothing else reads f
    """

  /// Elementwise nodes to look across for the transpose that cancels another; keeps long chains linear.
  static let regionLimit = 64

  /// Creates the pass.
  package init() {}

  package func run(on graph: inout Graph) throws(InceptError) -> Int {
    try GraphEditor.rewrite(&graph) { (editor) throws(InceptError) in
      var rewrites = 0
      for id in editor.order where editor.isUsed(id) {
        guard let op = editor[id].op as? Transpose else { continue }
        var isChanged = try compose(op, id, &editor)
        if !isChanged { isChanged = try cancel(op, id, &editor) }
        if isChanged { rewrites += 1 }
      }
      return rewrites
    }
  }

  /// Makes a transpose of a transpose read the latter's input.
  private func compose(_ op: Transpose, _ id: NodeID, _ editor: inout GraphEditor)
    throws(InceptError) -> Bool
  {
    let node = editor[id]
    let inner = editor.graph.producer(of: node.inputs[0])
    guard let innerOp = inner.op as? Transpose else { return false }
    let permutation = op.permutation.map { innerOp.permutation[$0] }
    if isIdentity(permutation) {
      try editor.redirect(node.value, to: inner.inputs[0])
    } else {
      try editor.replace(
        id, with: Transpose(permutation), inputs: inner.inputs,
        sources: inner.sources + node.sources)
    }
    return true
  }

  /// Takes the transposes away before and after a region of elementwise operators.
  private func cancel(_ op: Transpose, _ id: NodeID, _ editor: inout GraphEditor)
    throws(InceptError) -> Bool
  {
    guard let region = region(before: id, op.permutation, editor) else { return false }
    for member in region {
      let node = editor[member]
      let inputs = node.inputs.map { input in
        let producer = editor.graph.producer(of: input)
        return producer.op is Transpose ? producer.inputs[0] : input
      }
      try editor.replace(member, with: node.op, inputs: inputs, sources: node.sources)
    }
    try editor.redirect(editor[id].value, to: editor[id].inputs[0])
    return true
  }

  /// The nodes, inputs first, that compute elementwise what the transpose `id` reads, from transposes that
  /// `permutation` undoes; nil where anything else is read, or reads what they compute.
  private func region(before id: NodeID, _ permutation: [Int], _ editor: GraphEditor) -> [NodeID]? {
    var region: [NodeID] = []
    var seen: Set<ValueID> = []
    var pending = [(value: editor[id].inputs[0], user: id)]
    while let (value, user) = pending.popLast() {
      let node = editor.graph.producer(of: value)
      if let op = node.op as? Transpose {
        guard isIdentity(permutation.map { op.permutation[$0] }) else { return nil }
        continue
      }
      guard region.count < Self.regionLimit, isElementwise(node, in: editor.graph),
        !editor.isResult(value),
        editor.users(of: value).allSatisfy({ $0 == user })
      else { return nil }
      region.append(node.id)
      for input in node.inputs
      where !isUniform(input, in: editor.graph) && seen.insert(input).inserted {
        pending.append((input, node.id))
      }
    }
    // Every value has one reader, so that the nodes are a tree and this is its order.
    return region.reversed()
  }

  /// Whether every output element depends on the same place of the inputs only, and has their axes.
  private func isElementwise(_ node: Node, in graph: Graph) -> Bool {
    guard node.op is Unary || node.op is Binary else { return false }
    return node.inputs.contains { !isUniform($0, in: graph) }
      && node.inputs.allSatisfy { isUniform($0, in: graph) || graph.type(of: $0) == node.type }
  }

  /// Whether a value is one constant number, the same wherever axes go.
  private func isUniform(_ value: ValueID, in graph: Graph) -> Bool {
    graph.constant(value)?.shape.rank == 0 || graph.constant(value)?.shape == [1]
  }

  private func isIdentity(_ permutation: [Int]) -> Bool {
    permutation == Array(permutation.indices)
  }
}
