import Foundation
import Operators
import TensorCore

extension UnaryFunction {
  /// The exact derivative at `x`; at a corner the one to its left.
  package func derivative(_ x: Double) -> Double {
    switch self {
    case .relu: x > 0 ? 1 : 0
    case .relu6: x > 0 && x < 6 ? 1 : 0
    case .clip(let lower, let upper): x > Double(lower) && x < Double(upper) ? 1 : 0
    case .leakyRelu(let alpha): x > 0 ? 1 : Double(alpha)
    case .elu(let alpha): x > 0 ? 1 : Double(alpha) * Foundation.exp(x)
    case .celu(let alpha): x > 0 ? 1 : Foundation.exp(x / Double(alpha))
    case .selu: 1.0507009873554805 * (x > 0 ? 1 : 1.6732632423543772 * Foundation.exp(x))
    case .thresholdedRelu(let alpha): x > Double(alpha) ? 1 : 0
    case .shrink(let lambda, _): abs(x) > Double(lambda) ? 1 : 0
    case .hardSigmoid(let alpha, let beta):
      abs(Double(alpha) * x + Double(beta) - 0.5) < 0.5 ? Double(alpha) : 0
    case .hardSwish: x <= -3 ? 0 : x < 3 ? x / 3 + 0.5 : 1
    case .sigmoid: slope(ofLogistic: Self.sigmoid.apply(x))
    case .tanh: 1 - Foundation.tanh(x) * Foundation.tanh(x)
    case .softplus: Self.sigmoid.apply(x)
    case .softsign: 1 / ((1 + abs(x)) * (1 + abs(x)))
    case .mish:
      Foundation.tanh(Self.softplus.apply(x))
        + x * Self.sigmoid.apply(x) * Self.tanh.derivative(Self.softplus.apply(x))
    case .silu: Self.swish(alpha: 1).derivative(x)
    case .swish(let alpha):
      Self.sigmoid.apply(Double(alpha) * x)
        + Double(alpha) * x * Self.sigmoid.derivative(Double(alpha) * x)
    case .gelu(approximate: false):
      0.5 * (1 + Foundation.erf(x / 2.0.squareRoot()))
        + x * Foundation.exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    case .gelu(approximate: true): slopeOfApproximateGELU(x)
    default: derivativeOfArithmetic(x)
    }
  }

  /// The derivative from the function's result.
  package func derivative(ofResult y: Double) -> Double {
    switch self {
    case .sigmoid: slope(ofLogistic: y)
    case .tanh: 1 - y * y
    case .exp: y
    default: derivative(y)
    }
  }

  /// Powers, exponentials, circular and hyperbolic functions and their inverses; 0 for steps.
  private func derivativeOfArithmetic(_ x: Double) -> Double {
    switch self {
    case .exp, .expm1: Foundation.exp(x)
    case .log: 1 / x
    case .log1p: 1 / (1 + x)
    case .sqrt: 0.5 / x.squareRoot()
    case .negate: -1
    case .absolute: x > 0 ? 1 : x < 0 ? -1 : 0
    case .reciprocal: -1 / (x * x)
    case .erf: 2 / Double.pi.squareRoot() * Foundation.exp(-x * x)
    case .sin: Foundation.cos(x)
    case .cos: -Foundation.sin(x)
    case .tan: 1 + Foundation.tan(x) * Foundation.tan(x)
    case .asin: 1 / ((1 - x) * (1 + x)).squareRoot()
    case .acos: -1 / ((1 - x) * (1 + x)).squareRoot()
    case .atan: 1 / (1 + x * x)
    case .sinh: Foundation.cosh(x)
    case .cosh: Foundation.sinh(x)
    case .asinh: 1 / (1 + x * x).squareRoot()
    case .acosh: 1 / ((x - 1) * (x + 1)).squareRoot()
    case .atanh: 1 / ((1 - x) * (1 + x))
    default: 0
    }
  }

  private func slope(ofLogistic y: Double) -> Double { y * (1 - y) }

  /// x · σ(v) with v = 2·√(2/π)·(x + 0.044715·x³), as the function is written with a hyperbolic tangent.
  private func slopeOfApproximateGELU(_ x: Double) -> Double {
    let factor = 2 * (2 / Double.pi).squareRoot()
    let logistic = Self.sigmoid.apply(factor * (x + 0.044715 * x * x * x))
    return logistic + x * slope(ofLogistic: logistic) * factor * (1 + 3 * 0.044715 * x * x)
  }
}

extension UnaryGradient: ReferenceEvaluable {
  /// The derivative of every element, times the gradient.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let values = zip(inputs[0].values, inputs[1].values).map { x, gradient in
      gradient * (readsResult ? function.derivative(ofResult: x) : function.derivative(x))
    }
    return [ReferenceTensor(shape: shape, values: values)]
  }
}
