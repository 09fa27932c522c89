import GraphIR
import Operators
import TensorCore

extension Expand: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let output = try builder.view(node.value)
    guard let source = try builder.view(node.inputs[0]).broadcast(to: output.shape) else { return }
    try builder.emitCopy(from: source, to: output, step: nil)
  }
}

extension Tile: OpenCLLowerable {
  /// A copy between views that have each axis twice: which repetition, which element.
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let input = try builder.view(node.inputs[0])
    let output = try builder.view(node.value)
    let axes = 0..<input.shape.rank
    let shape = Shape(axes.flatMap { [repeats[$0], input.shape[$0]] })
    let source = input.with(shape: shape, strides: axes.flatMap { [0, input.strides[$0]] })
    let target = output.with(
      shape: shape,
      strides: axes.flatMap { [output.strides[$0] * input.shape[$0], output.strides[$0]] })
    try builder.emitCopy(from: source, to: target, step: nil)
  }
}
