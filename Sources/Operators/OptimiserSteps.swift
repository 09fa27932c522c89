import GraphIR
import TensorCore

/// One step of stochastic gradient descent with momentum, as PyTorch's `SGD` computes it.
///
/// Inputs: parameters `p`, gradient `g` and velocity `v`, of one shape, and `rates` `[1]`: the learning rate. Outputs: the
/// next parameters and velocity. `g' = g + weightDecay·p`, `v' = momentum·v + g'`, `p' = p − rate·v'`; with ``nesterov``
/// `p' = p − rate·(g' + momentum·v')`. The velocity starts as zeros.
public struct MomentumStep: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "momentum"
  /// How much of the velocity stays; 0 for plain descent.
  public let momentum: Double
  /// What is added to the gradient for each unit of a parameter.
  public let weightDecay: Double
  /// Whether the step looks ahead (Nesterov's momentum).
  public let nesterov: Bool

  /// A step.
  public init(momentum: Double = 0, weightDecay: Double = 0, nesterov: Bool = false) {
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.nesterov = nesterov
  }

  /// The types of parameters and velocity.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 4...4)
    try requireFinite([("momentum", momentum), ("weight_decay", weightDecay)])
    try requireState(inputs, rates: 1)
    return [inputs[0], inputs[2]]
  }

  /// Three multiplications an element.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost {
    Cost(
      multiplyAdds: Cost.product(3, inputs[0].shape.elementCount), inputs: inputs, outputs: outputs)
  }

  /// Numbers that differ from their defaults.
  public var attributes: [Attribute] {
    [Attribute("momentum", .float(momentum)), Attribute("weight_decay", .float(weightDecay))]
      + (nesterov ? [Attribute("nesterov", .bool(true))] : [])
  }
}

/// One step of Adam or AdamW, as PyTorch computes them.
///
/// Inputs: parameters `p`, gradient `g`, first and second moment `m` and `v`, of one shape, and `rates` `[3]`: the learning rate
/// `r`, and for step `t` (from 1) `c₁ = 1/(1 − beta1ᵗ)` and `c₂ = 1/(1 − beta2ᵗ)`. Outputs: the next parameters and moments.
/// `m' = beta1·m + (1 − beta1)·g`, `v' = beta2·v + (1 − beta2)·g²`, `p' = p − r·c₁·m' / (√(c₂·v') + epsilon)`. Weight decay is
/// added to the gradient, or with ``isDecoupled`` (AdamW) taken from the parameters: `p·(1 − r·weightDecay)`.
public struct AdamStep: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "adam"
  /// How much of the first moment stays.
  public let beta1: Double
  /// How much of the second moment stays.
  public let beta2: Double
  /// Added to the divisor.
  public let epsilon: Double
  /// How strongly parameters are drawn to zero.
  public let weightDecay: Double
  /// Whether weight decay is left out of the moments (AdamW).
  public let isDecoupled: Bool

  /// A step.
  public init(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0,
    isDecoupled: Bool = false
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.isDecoupled = isDecoupled
  }

  /// The types of parameters and moments.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 5...5)
    try requireFinite([
      ("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon), ("weight_decay", weightDecay),
    ])
    try requireState(inputs, rates: 3)
    return [inputs[0], inputs[2], inputs[3]]
  }

  /// Six multiplications an element.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost {
    Cost(
      multiplyAdds: Cost.product(6, inputs[0].shape.elementCount), inputs: inputs, outputs: outputs)
  }

  /// All numbers.
  public var attributes: [Attribute] {
    [
      Attribute("beta1", .float(beta1)), Attribute("beta2", .float(beta2)),
      Attribute("epsilon", .float(epsilon)), Attribute("weight_decay", .float(weightDecay)),
    ] + (isDecoupled ? [Attribute("decoupled", .bool(true))] : [])
  }
}

extension Operator {
  /// Requires all inputs but the last, the rates, to have one shape.
  fileprivate func requireState(_ inputs: [TensorType], rates: Int) throws(InceptError) {
    for input in inputs.dropLast() where input.shape != inputs[0].shape {
      throw invalid(
        "expected parameters, gradient and state of one shape",
        found: "\(inputs[0].shape) and \(input.shape)")
    }
    guard let last = inputs.last, last.shape == [rates] else {
      throw invalid("expected rates [\(rates)]", found: "\(inputs.last?.shape ?? [])")
    }
  }

  fileprivate func requireFinite(_ numbers: [(String, Double)]) throws(InceptError) {
    for (name, value) in numbers where !value.isFinite || value < 0 {
      throw invalid("expected \(name) of at least 0", found: "\(value)")
    }
  }
}
