import GraphIR
import TensorCore

/// Converts every element to another type. Numbers become integers by cutting towards zero, and the nearest integer
/// of the type where they are beyond its range (NaN: 0); int64 becomes int32 by its low bits; what is not zero is
/// true; true is 1.
public struct Cast: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "cast"
  /// The type of the result: float32, int32, int64 or bool.
  public let type: ElementType

  /// Converts to `type`.
  public init(to type: ElementType) { self.type = type }

  /// The input's shape.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 1...1)
    guard ElementType.computed.contains(type) else {
      throw invalid("expected to float32, int32, int64 or bool", found: type.rawValue)
    }
    return [TensorType(inputs[0].shape, type)]
  }

  /// The type.
  public var attributes: [Attribute] { [Attribute("to", .text(type.rawValue))] }
}
