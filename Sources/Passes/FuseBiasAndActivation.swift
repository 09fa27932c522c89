import GraphIR
import Operators
import TensorCore

/// Gives biases and activations to the operator before them, which computes them on the way out.
package struct FuseBiasAndActivation: Pass {
  package let name = "fuse-bias-and-activation"
  package let summary = """
    bias_add(op(x)) → op(x, bias) for conv2d, dense and pools; f(op(x)) → op(x) with activation f, also for \
    binary operators; when nothing else reads the value between
    """

  /// Creates the pass.
  package init() {}

  package func run(on graph: inout Graph) throws(InceptError) -> Int {
    try GraphEditor.rewrite(&graph) { (editor) throws(InceptError) in
      var rewrites = 0
      for id in editor.order where editor.isUsed(id) {
        let node = editor[id]
        guard let data = node.inputs.first, let producer = editor.soleProducer(of: data),
          node.type.elementType == .float32, editor.graph.type(of: data).elementType == .float32,
          let fused = fused(node, after: producer)
        else { continue }
        try editor.replace(
          id, with: fused.op, inputs: fused.inputs, sources: producer.sources + node.sources)
        rewrites += 1
      }
      return rewrites
    }
  }

  private func fused(_ node: Node, after producer: Node) -> (op: any Operator, inputs: [ValueID])? {
    switch node.op {
    case let op as Unary:
      return producer.op.with(op.function).map { ($0, producer.inputs) }
    case is BiasAdd:
      guard producer.op.takesActivation, producer.inputs.count < maximalInputs(producer.op) else {
        return nil
      }
      return (producer.op, producer.inputs + [node.inputs[1]])
    default:
      return nil
    }
  }

  /// Number of inputs with the bias; 0 for operators without one.
  private func maximalInputs(_ op: any Operator) -> Int {
    switch op {
    case is Conv2D, is Dense: 3
    case is Pool2D: 2
    default: 0
    }
  }
}
