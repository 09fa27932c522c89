import GraphIR
import Operators
import TensorCore

extension Dense: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    try builder.emitDense(
      node, bias: node.inputs.count > 2 ? node.inputs[2] : nil, activation: activation)
  }
}

extension PlanBuilder {
  /// Emits `input 0 · input 1`, a matrix `[K, N]`: a convolution of one tap over the rows of input 0.
  mutating func emitDense(_ node: Node, bias: ValueID?, activation: UnaryFunction?)
    throws(InceptError)
  {
    let matrix = graph.type(of: node.inputs[1]).shape
    let image = try imageView(node.inputs[0])
    let result = try view(node.value)
    // Where the result's rows lie otherwise than the input's, they are computed apart and copied.
    let place = result.collapsed()
    let fits = place.map { $0.shape.dimensions.dropLast() == image.shape.dimensions.dropLast() }
    let target = fits == true ? result : scratch(result.shape, name: "dense result")
    guard
      let output = target.viewed(as: Shape(image.shape.dimensions.dropLast() + [matrix[1]]))
    else {
      throw InceptError(
        .software, subject: "dense", expected: "expected rows as in \(image.shape)",
        found: "\(target.shape)")
    }
    let problem = ConvolutionProblem(
      image: image, weights: [1, 1, matrix[0], matrix[1]], groups: 1,
      window: Window(kernel: .one), positions: Spatial(image.shape[1], image.shape[2]),
      outputs: [(output, activation)])
    try emit(problem, weights: node.inputs[1], bias: bias)
    if fits != true { try emitCopy(from: target, to: result) }
  }
}
