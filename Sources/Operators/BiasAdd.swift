import GraphIR
import TensorCore

/// Adds `bias [C]` along the last axis of `x […, C]`.
public struct BiasAdd: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "bias_add"

  /// Creates the operator.
  public init() {}

  /// The first input's type.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 2...2)
    guard let channels = inputs[0].shape.dimensions.last, inputs[1].shape == [channels] else {
      throw invalid(
        "expected a bias of the last axis of \(inputs[0].shape)", found: "\(inputs[1].shape)")
    }
    return [inputs[0]]
  }
}
