import GraphIR
import Operators
import TensorCore

extension LpNormalization: OpenCLLowerable {
  /// The norms, then a division of every element.
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let input = try builder.view(node.inputs[0])
    guard let axis = input.shape.normalizedAxis(axis), input.shape.elementCount > 0 else { return }
    let shape = input.shape.reduced(along: [axis], keepingAxes: true)
    let norms = builder.scratch(shape, name: "\(node.name).norm")
    try (p == 1 ? ReduceKind.l1 : .l2).reduction().emit(
      input, along: [axis], to: norms, into: &builder, step: "norm")
    // Where the norm is 0, so are the elements.
    try Elementwise(
      expression: "((a) / max(b, FLT_MIN))", operands: [input, norms],
      output: try builder.view(node.value)
    ).emit(into: &builder)
  }
}
