import GraphIR
import Operators
import TensorCore

extension BinaryFunction {
  /// The function as an OpenCL C expression of `a` and `b`, for float and for float vectors.
  package var openCLExpression: String {
    switch self {
    case .add: "((a) + (b))"
    case .sub: "((a) - (b))"
    case .mul: "((a) * (b))"
    case .div: "((a) / (b))"
    case .max: "max(a, b)"
    case .min: "min(a, b)"
    case .pow: "pow(a, b)"
    case .prelu: "(max(a, 0.0f) + (b) * min(a, 0.0f))"
    }
  }
}

extension Binary: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    try Elementwise(
      expression: function.openCLExpression,
      operands: [try builder.view(node.inputs[0]), try builder.view(node.inputs[1])],
      output: try builder.view(node.value), activation: activation
    ).emit(into: &builder)
  }
}
