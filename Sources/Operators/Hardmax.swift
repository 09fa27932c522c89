import GraphIR
import TensorCore

/// 1 for the first of the largest elements along one axis, 0 for the others.
public struct Hardmax: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "hardmax"
  /// The axis that sums to one, negative from the end.
  public let axis: Int

  /// A hardmax along `axis`.
  public init(axis: Int = -1) { self.axis = axis }

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
