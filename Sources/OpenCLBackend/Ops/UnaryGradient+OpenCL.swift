import GraphIR
import Operators
import TensorCore

extension UnaryGradient: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    try Elementwise(
      expression: function.gradientExpression(readsResult: readsResult),
      operands: [try builder.view(node.inputs[0]), try builder.view(node.inputs[1])],
      output: try builder.view(node.value)
    ).emit(into: &builder)
  }
}
