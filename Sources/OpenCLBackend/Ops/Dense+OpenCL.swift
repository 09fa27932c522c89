import GraphIR
import Operators
import TensorCore

extension Dense: OpenCLLowerable {
  /// A convolution of one tap over the rows of the input.
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let matrix = builder.graph.type(of: node.inputs[1]).shape
    let image = try builder.imageView(node.inputs[0])
    guard let output = try builder.view(node.value).collapsed() else {
      throw invalid("expected an output of at most four axes")
    }
    let problem = ConvolutionProblem(
      image: image, weights: [1, 1, matrix[0], matrix[1]], groups: 1,
      window: Window(kernel: .one), positions: Spatial(image.shape[1], image.shape[2]),
      outputs: [(output, activation)])
    try ConvolutionLowering(problem: problem).emit(
      weights: node.inputs[1], bias: node.inputs.count > 2 ? node.inputs[2] : nil, &builder)
  }
}
