import GraphIR
import TensorCore

/// A value that callers feed. No inputs, one output of the declared type.
public struct Input: GraphInput {
  /// The name in text forms.
  public static let mnemonic = "input"
  /// The type that callers feed.
  public let type: TensorType

  /// Declares an input of the given type.
  public init(_ type: TensorType) { self.type = type }

  /// The declared type, which must have a valid shape and one of the types of values.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 0...0)
    guard ElementType.computed.contains(type.elementType) else {
      throw invalid(
        "expected float32, int32, int64 or bool", found: type.elementType.rawValue)
    }
    guard let count = type.shape.checkedElementCount, count <= 1 << 40 else {
      throw invalid("expected a shape of non-negative extents within 2^40", found: "\(type.shape)")
    }
    return [type]
  }

  /// Nothing: the caller's upload is not the graph's.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost { .free }

  /// The same input with another type.
  public func withType(_ type: TensorType) -> any GraphInput { Input(type) }
}
