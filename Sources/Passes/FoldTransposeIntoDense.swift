import GraphIR
import Operators
import TensorCore

/// Reorders the weights of a fully connected layer instead of the feature maps that are flattened before it.
package struct FoldTransposeIntoDense: Pass {
  package let name = "fold-transpose-into-dense"
  package let summary = """
    dense(flatten(transpose(x)), w) → dense(flatten(x), w with permuted rows), when w is constant, the batch \
    axis stays first and nothing else reads the flattened value
    """

  /// Creates the pass.
  package init() {}

  package func run(on graph: inout Graph) throws(InceptError) -> Int {
    try GraphEditor.rewrite(&graph) { (editor) throws(InceptError) in
      var rewrites = 0
      for id in editor.order where editor.isUsed(id) {
        if try fold(id, &editor) { rewrites += 1 }
      }
      return rewrites
    }
  }

  private func fold(_ id: NodeID, _ editor: inout GraphEditor) throws(InceptError) -> Bool {
    let dense = editor[id]
    guard dense.op is Dense, let weights = editor.graph.constant(dense.inputs[1]),
      let flatten = editor.soleProducer(of: dense.inputs[0]), isFlatten(flatten, in: editor.graph)
    else { return false }
    let transpose = editor.graph.producer(of: flatten.inputs[0])
    guard let op = transpose.op as? Transpose, op.permutation.first == 0 else { return false }
    try editor.replace(
      flatten.id, with: Flatten(), inputs: transpose.inputs,
      sources: transpose.sources + flatten.sources)
    let rows = transpose.type.shape.dimensions.dropFirst()
    guard movesElements(op.permutation, transpose.type.shape) else { return true }
    let cube = weights.reshaped(Shape(rows + [weights.shape[1]]))
    let order = (1..<op.permutation.count).compactMap { axis in
      op.permutation.firstIndex(of: axis).map { $0 - 1 }
    }
    let permuted = cube.permuted(order + [rows.count]).reshaped(weights.shape)
    let source = editor.graph.producer(of: dense.inputs[1])
    let constant = try editor.add(
      constant: permuted, name: "\(dense.name).weights", sources: source.sources)
    var inputs = dense.inputs
    inputs[1] = constant
    try editor.replace(id, with: dense.op, inputs: inputs, sources: dense.sources)
    return true
  }

  /// Whether a node joins all axes but the first.
  private func isFlatten(_ node: Node, in graph: Graph) -> Bool {
    guard node.op is Flatten || node.op is Reshape else { return false }
    let (from, to) = (graph.type(of: node.inputs[0]).shape, node.type.shape)
    return from.rank >= 1 && to.rank == 2 && to[0] == from[0]
  }

  /// Whether axes longer than 1 change their order.
  private func movesElements(_ permutation: [Int], _ transposed: Shape) -> Bool {
    let long = permutation.indices.filter { transposed[$0] != 1 }.map { permutation[$0] }
    return long != long.sorted()
  }
}
