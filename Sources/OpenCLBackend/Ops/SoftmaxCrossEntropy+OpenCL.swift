import GraphIR
import Operators
import TensorCore

extension SoftmaxCrossEntropy: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    try builder.emitCrossEntropy(node, entry: "softmax_cross_entropy_loss")
  }
}

extension SoftmaxCrossEntropyGradient: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    try builder.emitCrossEntropy(node, entry: "softmax_cross_entropy_gradient")
  }
}

extension PlanBuilder {
  /// Emits a launch of `softmax_cross_entropy.cl`: a row of logits per work-item.
  fileprivate mutating func emitCrossEntropy(_ node: Node, entry: String) throws(InceptError) {
    let logits = try view(node.inputs[0])
    let labels = try view(node.inputs[1])
    let output = try view(node.value)
    var arguments =
      Launch.Argument.views(logits, ints: [logits.strides[0], logits.strides[1]])
      + Launch.Argument.views(labels, ints: [labels.strides[0]])
    if node.inputs.count == 3 {
      let upstream = try view(node.inputs[2])
      arguments += Launch.Argument.views(upstream, ints: [upstream.strides[0]])
    }
    arguments += Launch.Argument.views(
      output,
      ints: [
        output.strides[0], node.inputs.count == 3 ? output.strides[1] : 0, logits.shape[1],
      ])
    emit(
      KernelSpecialization(file: "softmax_cross_entropy.cl", entry: entry), variant: "items",
      arguments: arguments, global: [logits.shape[0]], local: nil)
  }
}
