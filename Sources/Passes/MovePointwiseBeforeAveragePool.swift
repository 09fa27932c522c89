import GraphIR
import Operators
import TensorCore

/// Computes a 1x1 convolution before the average pool it reads: both are linear and the one mixes channels where
/// the other mixes pixels, so they commute. The pool then averages fewer channels, and the convolution can be
/// merged with its siblings.
package struct MovePointwiseBeforeAveragePool: Pass {
  package let name = "move-pointwise-before-average-pool"
  package let summary = """
    conv2d(average_pool(x)) → average_pool(conv2d(x)) with the bias and activation after the pool, when the \
    convolution is 1x1 without more output than input channels, the pool has stride 1 and not fewer pixels than \
    x, and nothing else reads it
    """

  /// Creates the pass.
  package init() {}

  package func run(on graph: inout Graph) throws(InceptError) -> Int {
    try GraphEditor.rewrite(&graph) { (editor) throws(InceptError) in
      var rewrites = 0
      for id in editor.order where editor.isUsed(id) {
        let node = editor[id]
        guard let convolution = node.op as? Conv2D, convolution.splits.isEmpty,
          let pool = editor.soleProducer(of: node.inputs[0]), let average = pool.op as? Pool2D,
          isLinearAverage(average, pool),
          isCheaper(node, convolution, after: pool, in: editor.graph)
        else { continue }
        let pointwise = try editor.add(
          Conv2D(), [pool.inputs[0], node.inputs[1]], name: "\(node.name).pointwise",
          sources: node.sources)
        let moved = Pool2D(
          .average, window: average.window, countIncludePad: average.countIncludePad,
          activation: convolution.activation)
        try editor.replace(
          id, with: moved, inputs: [pointwise] + node.inputs.dropFirst(2),
          sources: pool.sources + node.sources)
        rewrites += 1
      }
      return rewrites
    }
  }

  private func isLinearAverage(_ op: Pool2D, _ node: Node) -> Bool {
    op.kind == .average && op.activation == nil && op.window.strides == .one
      && node.inputs.count == 1
  }

  private func isCheaper(_ node: Node, _ op: Conv2D, after pool: Node, in graph: Graph) -> Bool {
    let weights = graph.type(of: node.inputs[1]).shape
    let image = graph.type(of: pool.inputs[0]).shape
    return op.isPointwise(weights: weights) && weights[3] <= weights[2]
      && image[1] * image[2] <= pool.type.shape[1] * pool.type.shape[2]
  }
}
