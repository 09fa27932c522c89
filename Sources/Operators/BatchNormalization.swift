import GraphIR
import TensorCore

/// Batch normalisation with given statistics: `(x − mean) / √(variance + ε) · scale + shift` along the last
/// axis (Ioffe & Szegedy 2015, arXiv 1502.03167, algorithm 2).
///
/// Inputs: `x […, C]`, then scale, shift, mean and variance, each `[C]`.
public struct BatchNormalization: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "batch_normalization"
  /// ε, added to the variance.
  public let epsilon: Float

  /// Creates the operator.
  public init(epsilon: Float) { self.epsilon = epsilon }

  /// The first input's type.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 5...5)
    guard epsilon >= 0, epsilon.isFinite else {
      throw invalid("expected a finite epsilon ≥ 0", found: "\(epsilon)")
    }
    guard let channels = inputs[0].shape.dimensions.last else {
      throw invalid("expected an input with channels", found: "\(inputs[0].shape)")
    }
    for (name, input) in zip(["scale", "shift", "mean", "variance"], inputs.dropFirst())
    where input.shape != [channels] {
      throw invalid("expected \(name) [\(channels)]", found: "\(input.shape)")
    }
    return [inputs[0]]
  }

  /// One multiply-add an element, once scale and shift are combined.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost {
    Cost(multiplyAdds: outputs[0].shape.elementCount, inputs: inputs, outputs: outputs)
  }

  /// ε.
  public var attributes: [Attribute] { [Attribute("epsilon", .float(Double(epsilon)))] }
}
