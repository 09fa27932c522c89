import GraphIR
import TensorCore

/// Its input of any type, unchanged; the optimiser removes it.
public struct Identity: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "identity"

  /// Creates the operator.
  public init() {}

  /// The input's type.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 1...1)
    return inputs
  }
}

/// Dropout as it is when a network is used rather than trained: its input, unchanged.
public struct Dropout: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "dropout"
  /// Which part of the values training would drop.
  public let ratio: Float

  /// Creates the operator.
  public init(ratio: Float) { self.ratio = ratio }

  /// The input's type.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 1...1)
    return inputs
  }

  /// The ratio.
  public var attributes: [Attribute] { [Attribute("ratio", .float(Double(ratio)))] }
}
