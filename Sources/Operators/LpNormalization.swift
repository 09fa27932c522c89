import GraphIR
import TensorCore

/// `x / ‖x‖ₚ` along one axis; zeros stay zeros.
public struct LpNormalization: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "lp_normalization"
  /// The axis of each vector, negative from the end.
  public let axis: Int
  /// Which norm: 1 or 2.
  public let p: Int

  /// A normalisation along `axis`.
  public init(axis: Int = -1, p: Int = 2) {
    self.axis = axis
    self.p = p
  }

  /// The input's type.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 1...1)
    guard inputs[0].shape.normalizedAxis(axis) != nil else {
      throw invalid("expected an axis of \(inputs[0].shape)", found: "\(axis)")
    }
    guard p == 1 || p == 2 else { throw invalid("expected p 1 or 2", found: "\(p)") }
    return inputs
  }

  /// The axis and the norm.
  public var attributes: [Attribute] { [Attribute("axis", .int(axis)), Attribute("p", .int(p))] }
}
