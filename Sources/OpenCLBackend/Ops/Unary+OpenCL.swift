import GraphIR
import Operators
import TensorCore

extension Unary: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let (input, output) = (try builder.view(node.inputs[0]), try builder.view(node.value))
    if input.elementType.isInteger, let expression = function.integerExpression {
      try Elementwise(expression: expression, operands: [input], output: output)
        .emit(into: &builder)
      return
    }
    try Elementwise(expression: "(a)", operands: [input], output: output, activation: function)
      .emit(into: &builder)
  }
}
