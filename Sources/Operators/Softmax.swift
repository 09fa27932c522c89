import GraphIR
import TensorCore

/// `eˣ / Σ eˣ` along one axis, or its logarithm; computed with the maximum subtracted first.
public struct Softmax: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "softmax"
  /// The axis that sums to one, negative from the end.
  public let axis: Int
  /// Whether the logarithm is wanted.
  public let isLogarithm: Bool

  /// A softmax along `axis`.
  public init(axis: Int, isLogarithm: Bool = false) {
    self.axis = axis
    self.isLogarithm = isLogarithm
  }

  /// `softmax` or `log_softmax`.
  public var mnemonic: String { isLogarithm ? "log_softmax" : "softmax" }

  /// The input's type.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 1...1)
    guard inputs[0].shape.normalizedAxis(axis) != nil else {
      throw invalid("expected an axis of \(inputs[0].shape)", found: "\(axis)")
    }
    return inputs
  }

  /// The axis.
  public var attributes: [Attribute] { [Attribute("axis", .int(axis))] }
}
