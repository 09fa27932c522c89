import GraphIR
import Operators
import TensorCore

extension Unary: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    try Elementwise(
      expression: "(a)", operands: [try builder.view(node.inputs[0])],
      output: try builder.view(node.value), activation: function
    ).emit(into: &builder)
  }
}
