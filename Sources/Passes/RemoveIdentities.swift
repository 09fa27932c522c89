import GraphIR
import Operators
import TensorCore

/// Takes out nodes whose result is their input.
package struct RemoveIdentities: Pass {
  package let name = "remove-identities"
  package let summary =
    "identity(x) → x, as for dropout, reshape, transpose, pad, slice, concat and cast that change nothing"

  /// Creates the pass.
  package init() {}

  package func run(on graph: inout Graph) throws(InceptError) -> Int {
    try GraphEditor.rewrite(&graph) { (editor) throws(InceptError) in
      var rewrites = 0
      for id in editor.order where editor.isUsed(id) {
        let node = editor[id]
        guard node.inputs.count == 1, editor.graph.type(of: node.inputs[0]) == node.type,
          isIdentity(node)
        else { continue }
        try editor.redirect(node.value, to: node.inputs[0])
        rewrites += 1
      }
      return rewrites
    }
  }

  /// Whether a node whose result has its only input's type leaves the elements where they are.
  private func isIdentity(_ node: Node) -> Bool {
    switch node.op {
    case is Identity, is Dropout, is Reshape, is Flatten, is Concat, is Cast: true
    case let op as Transpose: op.permutation == Array(op.permutation.indices)
    case let op as Pad: (op.before + op.after).allSatisfy { $0 == 0 }
    case let op as Slice:
      op.resolved(node.type.shape)?.allSatisfy { $0.start == 0 && $0.step == 1 } ?? false
    default: false
    }
  }
}
