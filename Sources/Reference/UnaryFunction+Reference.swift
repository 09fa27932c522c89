import Foundation
import Operators
import TensorCore

extension UnaryFunction {
  /// The function's exact value; parameters are the doubles of their float32 values.
  package func apply(_ x: Double) -> Double {
    switch self {
    case .relu: Swift.max(x, 0)
    case .relu6: Swift.min(Swift.max(x, 0), 6)
    case .sigmoid: Self.logistic(x)
    case .tanh: Foundation.tanh(x)
    case .softplus: Self.softPlus(x)
    case .softsign: x / (1 + abs(x))
    case .selu: Self.seluScale * (x >= 0 ? x : Self.seluAlpha * Foundation.expm1(x))
    case .mish: x * Foundation.tanh(Self.softPlus(x))
    case .leakyRelu(let alpha): x >= 0 ? x : Double(alpha) * x
    case .elu(let alpha): x >= 0 ? x : Double(alpha) * Foundation.expm1(x)
    case .clip(let lower, let upper): Swift.min(Swift.max(x, Double(lower)), Double(upper))
    case .hardSigmoid(let alpha, let beta):
      Swift.min(Swift.max(Double(alpha) * x + Double(beta), 0), 1)
    case .hardSwish: x * Swift.min(Swift.max(x / 6 + 0.5, 0), 1)
    case .silu: x * Self.logistic(x)
    case .gelu(approximate: false): x / 2 * (1 + Foundation.erf(x / 2.0.squareRoot()))
    case .gelu(approximate: true):
      x / 2 * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .exp: Foundation.exp(x)
    case .log: Foundation.log(x)
    case .sqrt: x.squareRoot()
    case .negate: -x
    case .absolute: abs(x)
    case .reciprocal: 1 / x
    case .erf: Foundation.erf(x)
    case .floor: x.rounded(.down)
    case .ceil: x.rounded(.up)
    case .round: x.rounded(.toNearestOrEven)
    case .sign: x > 0 ? 1 : x < 0 ? -1 : 0
    case .expm1: Foundation.expm1(x)
    case .log1p: Foundation.log1p(x)
    case .sin, .cos, .tan, .asin, .acos, .atan, .sinh, .cosh, .asinh, .acosh, .atanh:
      trigonometric(x)
    case .celu(let alpha):
      Swift.max(x, 0) + Swift.min(Double(alpha) * Foundation.expm1(x / Double(alpha)), 0)
    case .thresholdedRelu(let alpha): x > Double(alpha) ? x : 0
    case .swish(let alpha): x * Self.logistic(Double(alpha) * x)
    case .shrink(let lambda, let bias):
      x < -Double(lambda) ? x + Double(bias) : x > Double(lambda) ? x - Double(bias) : 0
    }
  }

  /// Circular and hyperbolic functions and their inverses.
  private func trigonometric(_ x: Double) -> Double {
    switch self {
    case .sin: Foundation.sin(x)
    case .cos: Foundation.cos(x)
    case .tan: Foundation.tan(x)
    case .asin: Foundation.asin(x)
    case .acos: Foundation.acos(x)
    case .atan: Foundation.atan(x)
    case .sinh: Foundation.sinh(x)
    case .cosh: Foundation.cosh(x)
    case .asinh: Foundation.asinh(x)
    case .acosh: Foundation.acosh(x)
    case .atanh: Foundation.atanh(x)
    default: .nan
    }
  }

  /// Klambauer et al. 2017 (arXiv 1706.02515), equation 14.
  private static let seluScale = 1.0507009873554804934193349852946
  private static let seluAlpha = 1.6732632423543772848170429916717

  private static func logistic(_ x: Double) -> Double { 1 / (1 + Foundation.exp(-x)) }

  private static func softPlus(_ x: Double) -> Double {
    Swift.max(x, 0) + Foundation.log1p(Foundation.exp(-abs(x)))
  }
}

extension UnaryFunction? {
  /// The activation of `x`, or `x` without one.
  func applied(_ x: Double) -> Double { self?.apply(x) ?? x }
}

extension Unary: ReferenceEvaluable {
  /// The function of every element.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    _ = try outputShapes(inputs)
    let type = inputs[0].elementType
    return [inputs[0].map { type.wrapped(function.apply($0)) }]
  }
}
