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
    case .fmod: "fmod(a, b)"
    case .mod:
      "(fmod(a, b) == 0.0f ? copysign(fmod(a, b), b)"
        + " : (fmod(a, b) < 0.0f) != ((b) < 0.0f) ? fmod(a, b) + (b) : fmod(a, b))"
    case .pow: "pow(a, b)"
    case .prelu: "(max(a, 0.0f) + (b) * min(a, 0.0f))"
    }
  }

  /// The function of two integers as an OpenCL C expression of `a` and `b`; see `integers.clh`.
  var integerExpression: String {
    switch self {
    case .add: "((ulong)(a) + (ulong)(b))"
    case .sub: "((ulong)(a) - (ulong)(b))"
    case .mul: "((ulong)(a) * (ulong)(b))"
    case .div: "divide_integers(a, b)"
    case .max: "max(a, b)"
    case .min: "min(a, b)"
    case .fmod: "cut_remainder(a, b)"
    case .mod: "floor_remainder(a, b)"
    case .pow: "integer_power(a, b)"
    case .prelu: "((a) < 0 ? (ulong)(a) * (ulong)(b) : (ulong)(a))"
    }
  }

  /// The expression for operands of the given types.
  func openCLExpression(_ left: ElementType, _ right: ElementType) -> String {
    switch (left.isInteger, right.isInteger) {
    case (false, false): openCLExpression
    case (true, true): integerExpression
    // Powers are what may mix types.
    case (true, false): "cut_power(a, b)"
    case (false, true): "pown(a, convert_int_sat(b))"
    }
  }
}

extension Binary: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let (left, right) = (try builder.view(node.inputs[0]), try builder.view(node.inputs[1]))
    try Elementwise(
      expression: function.openCLExpression(left.elementType, right.elementType),
      operands: [left, right],
      output: try builder.view(node.value), activation: activation
    ).emit(into: &builder)
  }
}
