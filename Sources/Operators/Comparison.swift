import GraphIR
import TensorCore

/// A question about two numbers.
public enum ComparisonFunction: String, Hashable, Sendable, Codable, CaseIterable {
  /// x = y, x < y, x > y.
  case equal, less, greater
  /// x ≤ y.
  case lessOrEqual = "less_or_equal"
  /// x ≥ y.
  case greaterOrEqual = "greater_or_equal"
}

/// Compares two tensors of one type with NumPy's broadcasting; the result is bool. Bools can be equal, not less.
public struct Comparison: Operator, Codable {
  /// The name in text forms; the function's own name is shown.
  public static let mnemonic = "comparison"
  /// The question.
  public let function: ComparisonFunction

  /// Compares by `function`.
  public init(_ function: ComparisonFunction) { self.function = function }

  /// The function's own name.
  public var mnemonic: String { function.rawValue }

  /// Bools of the broadcast shape.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    let numbers: [ElementType] = [.float32, .int32, .int64]
    try requireInputs(inputs, 2...2, of: function == .equal ? ElementType.computed : numbers)
    try requireOneType(inputs)
    return [TensorType(try broadcast(inputs), .bool)]
  }
}

extension Operator {
  /// The shape that all inputs broadcast to.
  func broadcast(_ inputs: [TensorType]) throws(InceptError) -> Shape {
    var result: Shape = []
    for input in inputs {
      guard let shape = Binary.broadcast(result, input.shape) else {
        let shapes = inputs.map(\.shape.description)
        throw invalid(
          "expected shapes that broadcast", found: shapes.joined(separator: " and "))
      }
      result = shape
    }
    return result
  }
}
