import GraphIR
import Operators
import TensorCore

extension Conv2D: OpenCLLowerable {
  package func zeroBorder(ofInput index: Int, types: [TensorType]) -> ZeroBorder {
    let shape = types[index].shape
    guard index == 0 else { return .none(rank: shape.rank) }
    let border = window(weights: types[1].shape).border(for: Spatial(shape[1], shape[2]))
    return ZeroBorder(
      before: [0, border.top, border.left, 0], after: [0, border.bottom, border.right, 0])
  }

  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let weights = builder.graph.type(of: node.inputs[1]).shape
    let window = window(weights: weights)
    guard let image = try builder.view(node.inputs[0]).collapsed(),
      let positions = window.positions(over: Spatial(image.shape[1], image.shape[2]))
    else { throw invalid("expected an image that a window fits") }
    var outputs: [(view: TensorView, activation: UnaryFunction?)] = []
    for index in node.outputs.indices {
      let view = try builder.view(ValueID(node.id, output: index))
      outputs.append((view, splits.isEmpty ? activation : splits[index].activation))
    }
    let problem = ConvolutionProblem(
      image: image, weights: weights, groups: groups, window: window, positions: positions,
      outputs: outputs)
    try builder.emit(
      problem, weights: node.inputs[1], bias: node.inputs.count > 2 ? node.inputs[2] : nil)
  }
}
