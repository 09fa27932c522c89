import Operators

extension UnaryFunction {
  /// The function as an OpenCL C expression of `x`, for float and for float vectors.
  ///
  /// `UNARY_*` macros of `common.clh` hold what is more than an expression.
  package func openCLExpression(_ x: String = "x") -> String {
    func literal(_ value: Float) -> String {
      if value.isInfinite { return value < 0 ? "(-INFINITY)" : "INFINITY" }
      return value.isNaN ? "NAN" : "(\(value)f)"
    }
    return switch self {
    case .relu: "max(\(x), 0.0f)"
    case .relu6: "clamp(\(x), 0.0f, 6.0f)"
    case .sigmoid: "UNARY_SIGMOID(\(x))"
    case .tanh: "tanh(\(x))"
    case .softplus: "UNARY_SOFTPLUS(\(x))"
    case .softsign: "((\(x)) / (1.0f + fabs(\(x))))"
    case .selu: "UNARY_SELU(\(x))"
    case .mish: "((\(x)) * tanh(UNARY_SOFTPLUS(\(x))))"
    case .leakyRelu(let alpha): "UNARY_LEAKY_RELU(\(x), \(literal(alpha)))"
    case .elu(let alpha): "UNARY_ELU(\(x), \(literal(alpha)))"
    case .clip(let lower, let upper): "min(max(\(x), \(literal(lower))), \(literal(upper)))"
    case .hardSigmoid(let alpha, let beta):
      "clamp(\(literal(alpha)) * (\(x)) + \(literal(beta)), 0.0f, 1.0f)"
    // Adding 3 first is exact where the sum is small; a sixth and a half would cancel there.
    case .hardSwish: "((\(x)) * (clamp((\(x)) + 3.0f, 0.0f, 6.0f) * (1.0f / 6.0f)))"
    case .silu: "((\(x)) * UNARY_SIGMOID(\(x)))"
    case .gelu(let approximate):
      approximate ? "UNARY_GELU_TANH(\(x))" : "(0.5f * (\(x)) * (1.0f + erf((\(x)) * M_SQRT1_2_F)))"
    case .exp: "exp(\(x))"
    case .log: "log(\(x))"
    case .sqrt: "sqrt(\(x))"
    case .negate: "(-(\(x)))"
    case .absolute: "fabs(\(x))"
    case .reciprocal: "(1.0f / (\(x)))"
    case .erf: "erf(\(x))"
    case .floor, .ceil, .sign, .sin, .cos, .tan, .asin, .acos, .atan, .sinh, .cosh, .asinh, .acosh,
      .atanh, .expm1, .log1p:
      "\(name)(\(x))"
    case .round: "rint(\(x))"
    case .celu(let alpha): "UNARY_CELU(\(x), \(literal(alpha)))"
    case .thresholdedRelu(let alpha): "UNARY_THRESHOLDED_RELU(\(x), \(literal(alpha)))"
    case .swish(let alpha): "((\(x)) * UNARY_SIGMOID(\(literal(alpha)) * (\(x))))"
    case .shrink(let lambda, let bias):
      "UNARY_SHRINK(\(x), \(literal(lambda)), \(literal(bias)))"
    }
  }
}

extension UnaryFunction {
  /// The function of an integer as an OpenCL C expression of `a`; nil where there is none
  /// (``UnaryFunction/takesIntegers``).
  var integerExpression: String? {
    switch self {
    case .relu: "((a) > 0 ? (a) : 0)"
    case .negate: "(0 - (ulong)(a))"
    case .absolute: "abs(a)"
    default: nil
    }
  }
}

/// The activations of a launch, numbered: what `ACTIVATE(x, k)` of `common.clh` chooses from.
package struct ActivationTable {
  /// The distinct activations in order of first use; nil is none.
  package private(set) var functions: [UnaryFunction?] = []

  /// The largest number of different activations a kernel can hold.
  package static let capacity = 4

  /// A table of the given activations.
  package init(_ activations: [UnaryFunction?]) {
    for activation in activations where !functions.contains(activation) {
      functions.append(activation)
    }
  }

  /// The number of an activation of the table.
  package func number(of activation: UnaryFunction?) -> Int {
    functions.firstIndex(of: activation) ?? 0
  }

  /// `ACT0(x)` and so on.
  package var defines: [KernelSpecialization.Define] {
    [KernelSpecialization.Define("ACTIVATION_COUNT", functions.count)]
      + functions.enumerated().map { number, function in
        KernelSpecialization.Define("ACT\(number)(x)", function?.openCLExpression() ?? "(x)")
      }
  }
}
