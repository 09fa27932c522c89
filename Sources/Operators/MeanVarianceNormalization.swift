import GraphIR
import TensorCore

/// `(x − mean) / √(variance + ε) · scale + bias`, mean and variance of the elements along some axes: layer, instance
/// and (reshaped) group normalisation.
///
/// Inputs: x, then optionally a scale and a bias that broadcast to it. Outputs: the result, and with
/// ``givesStatistics`` the mean and `1 / √(variance + ε)`, the reduced axes of extent 1.
public struct MeanVarianceNormalization: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "mean_variance_normalization"
  /// The axes along which is summed, negative from the end; empty: all.
  public let axes: [Int]
  /// ε, added to the variance.
  public let epsilon: Float
  /// Whether the statistics are outputs too.
  public let givesStatistics: Bool

  /// A normalisation along `axes`.
  public init(axes: [Int], epsilon: Float, givesStatistics: Bool = false) {
    self.axes = axes
    self.epsilon = epsilon
    self.givesStatistics = givesStatistics
  }

  /// The first input's type, then the statistics.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 1...3)
    let shape = inputs[0].shape
    guard epsilon >= 0, epsilon.isFinite else {
      throw invalid("expected a finite epsilon ≥ 0", found: "\(epsilon)")
    }
    guard let reduced = shape.normalizedAxes(axes) else {
      throw invalid("expected different axes of \(shape)", found: "\(axes)")
    }
    for (name, input) in zip(["scale", "bias"], inputs.dropFirst())
    where Binary.broadcast(shape, input.shape) != shape {
      throw invalid("expected a \(name) that broadcasts to \(shape)", found: "\(input.shape)")
    }
    let statistics = TensorType(shape.reduced(along: reduced, keepingAxes: true))
    return givesStatistics ? [inputs[0], statistics, statistics] : [inputs[0]]
  }

  /// A sum, a sum of squares and one multiply-add an element.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost {
    Cost(
      multiplyAdds: Cost.product(3, outputs[0].shape.elementCount), inputs: inputs,
      outputs: outputs)
  }

  /// Axes and ε.
  public var attributes: [Attribute] {
    [Attribute("axes", .ints(axes)), Attribute("epsilon", .float(Double(epsilon)))]
  }
}
