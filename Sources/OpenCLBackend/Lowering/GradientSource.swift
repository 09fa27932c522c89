import Operators

extension UnaryFunction {
  /// `dy · f′(x)` as an OpenCL C expression of `a` (x, or the function's result where `readsResult`) and `b` (dy), for
  /// float and for float vectors.
  package func gradientExpression(readsResult: Bool) -> String {
    if readsResult {
      switch self {
      case .sigmoid: return "((b) * (a) * (1.0f - (a)))"
      case .tanh: return "((b) * (1.0f - (a) * (a)))"
      case .exp: return "((b) * (a))"
      default: break
      }
    }
    return gradientExpression
  }

  private var gradientExpression: String {
    func selected(_ condition: String) -> String { "(\(condition) ? (b) : ZERO_OF(b))" }
    return switch self {
    case .relu: selected("(a) > 0.0f")
    case .relu6: within("(a)", 0, 6)
    case .clip(let lower, let upper): within("(a)", lower, upper)
    case .leakyRelu(let alpha): "((a) > 0.0f ? (b) : (b) * \(literal(alpha)))"
    case .elu(let alpha):
      "((a) > 0.0f ? (b) : (b) * \(literal(alpha)) * exp(min((a), 0.0f)))"
    case .celu(let alpha): "((a) > 0.0f ? (b) : (b) * exp(min((a), 0.0f) / \(literal(alpha))))"
    case .selu:
      "((b) * 1.05070098f * ((a) > 0.0f ? ZERO_OF(a) + 1.0f : 1.67326324f * exp(min((a), 0.0f))))"
    case .thresholdedRelu(let alpha): selected("(a) > \(literal(alpha))")
    case .shrink(let lambda, _): selected("fabs(a) > \(literal(lambda))")
    case .hardSigmoid(let alpha, let beta):
      "(\(within("(\(literal(alpha)) * (a) + \(literal(beta)))", 0, 1)) * \(literal(alpha)))"
    case .hardSwish:
      "((b) * ((a) < 3.0f ? ((a) > -3.0f ? (a) / 3.0f + 0.5f : ZERO_OF(a)) : ZERO_OF(a) + 1.0f))"
    case .sigmoid: "((b) * UNARY_SIGMOID(a) * UNARY_SIGMOID(-(a)))"
    case .tanh: "((b) * (1.0f - tanh(a) * tanh(a)))"
    case .softplus: "((b) * UNARY_SIGMOID(a))"
    case .softsign: "((b) / ((1.0f + fabs(a)) * (1.0f + fabs(a))))"
    case .mish:
      """
      ((b) * (tanh(UNARY_SOFTPLUS(a)) + (a) * UNARY_SIGMOID(a) \
      * (1.0f - tanh(UNARY_SOFTPLUS(a)) * tanh(UNARY_SOFTPLUS(a)))))
      """
    case .silu: swish(1)
    case .swish(let alpha): swish(alpha)
    case .gelu(approximate: false):
      """
      ((b) * (0.5f * (1.0f + erf((a) * M_SQRT1_2_F)) \
      + (a) * 0.39894228f * exp(-0.5f * (a) * (a))))
      """
    case .gelu(approximate: true):
      """
      ((b) * (UNARY_SIGMOID(\(geluArgument)) + (a) * UNARY_SIGMOID(\(geluArgument)) \
      * UNARY_SIGMOID(-(\(geluArgument))) * 1.59576912f * (1.0f + 0.134145f * (a) * (a))))
      """
    default: "((b) * \(arithmeticSlope))"
    }
  }

  /// The derivative of what is no activation.
  private var arithmeticSlope: String {
    switch self {
    case .exp, .expm1: "exp(a)"
    case .log: "(1.0f / (a))"
    case .log1p: "(1.0f / (1.0f + (a)))"
    case .sqrt: "(0.5f / sqrt(a))"
    case .negate: "(-1.0f)"
    case .absolute: "sign(a)"
    case .reciprocal: "(-1.0f / ((a) * (a)))"
    case .erf: "(1.12837917f * exp(-(a) * (a)))"
    case .sin: "cos(a)"
    case .cos: "(-sin(a))"
    case .tan: "(1.0f + tan(a) * tan(a))"
    case .asin: "(1.0f / sqrt((1.0f - (a)) * (1.0f + (a))))"
    case .acos: "(-1.0f / sqrt((1.0f - (a)) * (1.0f + (a))))"
    case .atan: "(1.0f / (1.0f + (a) * (a)))"
    case .sinh: "cosh(a)"
    case .cosh: "sinh(a)"
    case .asinh: "(1.0f / sqrt(1.0f + (a) * (a)))"
    case .acosh: "(1.0f / sqrt(((a) - 1.0f) * ((a) + 1.0f)))"
    case .atanh: "(1.0f / ((1.0f - (a)) * (1.0f + (a))))"
    default: "0.0f"
    }
  }

  private var geluArgument: String { "1.59576912f * ((a) + 0.044715f * (a) * (a) * (a))" }

  /// dy where `value` lies between the numbers, else 0.
  private func within(_ value: String, _ lower: Float, _ upper: Float) -> String {
    """
    (\(value) > \(literal(lower)) ? (\(value) < \(literal(upper)) ? (b) : ZERO_OF(b)) \
    : ZERO_OF(b))
    """
  }

  private func swish(_ alpha: Float) -> String {
    let x = "\(literal(alpha)) * (a)"
    return """
      ((b) * (UNARY_SIGMOID(\(x)) + \(x) * UNARY_SIGMOID(\(x)) * UNARY_SIGMOID(-(\(x)))))
      """
  }

  private func literal(_ value: Float) -> String {
    if value.isInfinite { return value < 0 ? "(-INFINITY)" : "INFINITY" }
    return value.isNaN ? "NAN" : "(\(value)f)"
  }
}
