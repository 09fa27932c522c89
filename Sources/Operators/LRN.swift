import GraphIR
import TensorCore

/// Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3; ONNX's LRN):
/// `y = x / (bias + alpha/size · Σ x²)^beta`, the sum over `size` neighbouring channels of the last axis,
/// `⌊(size−1)/2⌋` before and `⌈(size−1)/2⌉` after.
public struct LRN: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "lrn"
  /// Number of channels summed.
  public let size: Int
  /// Scale of the mean square.
  public let alpha: Float
  /// Exponent.
  public let beta: Float
  /// Offset.
  public let bias: Float

  /// Creates the operator.
  public init(size: Int, alpha: Float, beta: Float, bias: Float) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.bias = bias
  }

  /// The input's type.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 1...1)
    guard size >= 1, size <= 1 << 20 else { throw invalid("expected a size ≥ 1", found: "\(size)") }
    guard inputs[0].shape.rank >= 1 else {
      throw invalid("expected an input with channels", found: "\(inputs[0].shape)")
    }
    return inputs
  }

  /// Size and coefficients.
  public var attributes: [Attribute] {
    [
      Attribute("size", .int(size)), Attribute("alpha", .float(Double(alpha))),
      Attribute("beta", .float(Double(beta))), Attribute("bias", .float(Double(bias))),
    ]
  }
}
