import GraphIR
import TensorCore

/// Takes each element from one tensor or another, with NumPy's broadcasting. Inputs: the condition (bool), the values
/// where it is true, and those where it is false, both of one type, whichever.
public struct Where: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "where"

  /// Creates the operator.
  public init() {}

  /// The values' type in the broadcast shape.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 3...3)
    guard inputs[0].elementType == .bool else {
      throw invalid("expected bool for input 0", found: inputs[0].elementType.rawValue)
    }
    try requireOneType(inputs.dropFirst())
    return [TensorType(try broadcast(inputs), inputs[1].elementType)]
  }
}
