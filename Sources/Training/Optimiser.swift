import GraphIR
import Operators
import TensorCore

/// How parameters follow their gradients; each is `torch.optim`'s of the same name.
package enum Optimiser: Sendable, Hashable, Codable {
  /// Stochastic gradient descent with momentum.
  case sgd(momentum: Double, weightDecay: Double, nesterov: Bool)
  /// Kingma and Ba 2015 (arXiv 1412.6980); weight decay is added to the gradient.
  case adam(beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double)
  /// Loshchilov and Hutter 2019 (arXiv 1711.05101): weight decay is taken off the parameters.
  case adamW(beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double)

  /// What is kept for each parameter between steps, by name.
  package var stateNames: [String] {
    switch self {
    case .sgd: ["velocity"]
    case .adam, .adamW: ["first_moment", "second_moment"]
    }
  }

  /// Number of elements of `rates`.
  package var rateCount: Int { if case .sgd = self { 1 } else { 3 } }

  /// What a step gets: the learning rate, and Adam's corrections of its moments' bias.
  ///
  /// - Parameter step: Steps done before it.
  package func rates(learningRate: Double, step: Int) -> [Float] {
    switch self {
    case .sgd: return [Float(learningRate)]
    case .adam(let beta1, let beta2, _, _), .adamW(let beta1, let beta2, _, _):
      func correction(_ beta: Double) -> Float {
        var power = 1.0
        // By squaring, as `pow` of two libraries need not agree.
        var (base, exponent) = (beta, step + 1)
        while exponent > 0 {
          if exponent & 1 == 1 { power *= base }
          base *= base
          exponent >>= 1
        }
        return Float(1 / (1 - power))
      }
      return [Float(learningRate), correction(beta1), correction(beta2)]
    }
  }

  /// The operator.
  var op: any Operator {
    switch self {
    case .sgd(let momentum, let weightDecay, let nesterov):
      MomentumStep(momentum: momentum, weightDecay: weightDecay, nesterov: nesterov)
    case .adam(let beta1, let beta2, let epsilon, let weightDecay):
      AdamStep(
        beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, isDecoupled: false)
    case .adamW(let beta1, let beta2, let epsilon, let weightDecay):
      AdamStep(
        beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, isDecoupled: true)
    }
  }
}
