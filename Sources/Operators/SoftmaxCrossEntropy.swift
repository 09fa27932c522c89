import GraphIR
import TensorCore

/// The loss of each item of a classifier: `log Σ exp(logits) − logits[label]`, the largest logit subtracted first
/// (ONNX's SoftmaxCrossEntropyLoss with reduction none).
///
/// Inputs: logits `[N, C]`, labels `[N]` (int32). Output `[N]`. A label that is not one of the C classes gives NaN.
public struct SoftmaxCrossEntropy: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "softmax_cross_entropy_loss"

  /// Creates the operator.
  public init() {}

  /// `[N]`.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireClassification(inputs, 2)
    return [TensorType([inputs[0].shape[0]])]
  }
}

/// The gradient of ``SoftmaxCrossEntropy`` by the logits: `(softmax(logits) − [label]) · upstream`.
///
/// Inputs: logits `[N, C]`, labels `[N]` (int32), upstream `[N]`: the gradient by each item's loss. Output `[N, C]`. A
/// label that is not one of the C classes gives a row of NaN.
public struct SoftmaxCrossEntropyGradient: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "softmax_cross_entropy_gradient"

  /// Creates the operator.
  public init() {}

  /// The logits' type.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireClassification(inputs, 3)
    return [inputs[0]]
  }
}

extension Operator {
  /// Requires logits `[N, C]`, labels `[N]` and, of three inputs, an upstream gradient `[N]`.
  fileprivate func requireClassification(_ inputs: [TensorType], _ count: Int)
    throws(InceptError)
  {
    guard inputs.count == count else {
      throw invalid("expected \(count) inputs", found: "\(inputs.count)")
    }
    try requireFloatInputs([inputs[0]], 1...1)
    let logits = inputs[0].shape
    guard logits.rank == 2, logits[1] > 0 else {
      throw invalid("expected logits [N, C] of at least one class", found: "\(logits)")
    }
    guard inputs[1] == TensorType([logits[0]], .int32) else {
      throw invalid("expected labels int32[\(logits[0])]", found: "\(inputs[1])")
    }
    if count == 3, inputs[2] != TensorType([logits[0]]) {
      throw invalid("expected an upstream gradient float32[\(logits[0])]", found: "\(inputs[2])")
    }
  }
}
