import GraphIR
import TensorCore

/// An elementwise function of two values.
public enum BinaryFunction: String, Hashable, Sendable, Codable, CaseIterable {
  /// x + y, x − y, x · y, x / y; of integers the quotient is cut towards zero.
  case add, sub, mul, div
  /// The larger and the smaller of the two.
  case max, min
  /// What a division that is cut towards zero leaves (C's and ONNX's `fmod`); it has the first operand's sign.
  case fmod
  /// What a division that is rounded down leaves (Python's `%`); it has the second operand's sign.
  case mod
  /// The first operand to the power of the second.
  case pow
  /// The first operand where it is not negative, else its product with the second.
  case prelu
}

/// Applies a function to two tensors with NumPy's broadcasting, then optionally an activation.
///
/// Both are float32, int32 or int64 alike; but a power's exponent may have any of these types, the result has the base's.
/// Integers wrap around; they are divided cutting towards zero, division by zero gives 0.
public struct Binary: Operator, Codable {
  /// The name in text forms; the function's own name is shown.
  public static let mnemonic = "binary"
  /// What is applied.
  public let function: BinaryFunction
  /// Applied to the result.
  public let activation: UnaryFunction?

  /// Applies `function`.
  public init(_ function: BinaryFunction, activation: UnaryFunction? = nil) {
    self.function = function
    self.activation = activation
  }

  /// The function's own name.
  public var mnemonic: String { function.rawValue }

  /// The broadcast shape.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 2...2, of: [.float32, .int32, .int64])
    if function != .pow { try requireOneType(inputs) }
    let type = inputs[0].elementType
    if let activation, type != .float32 {
      throw invalid("expected float32 before \(activation.name)", found: type.rawValue)
    }
    guard let shape = Self.broadcast(inputs[0].shape, inputs[1].shape) else {
      throw invalid(
        "expected shapes that broadcast", found: "\(inputs[0].shape) and \(inputs[1].shape)")
    }
    return [TensorType(shape, type)]
  }

  /// The shape both broadcast to: right-aligned, each pair of extents equal or one of them 1; nil otherwise.
  public static func broadcast(_ left: Shape, _ right: Shape) -> Shape? {
    let rank = Swift.max(left.rank, right.rank)
    var result: [Int] = []
    for axis in 0..<rank {
      let a = axis < rank - left.rank ? 1 : left[axis - (rank - left.rank)]
      let b = axis < rank - right.rank ? 1 : right[axis - (rank - right.rank)]
      guard a == b || a == 1 || b == 1 else { return nil }
      result.append(a == 1 ? b : a)
    }
    let shape = Shape(result)
    return shape.isValid ? shape : nil
  }

  /// The activation.
  public var attributes: [Attribute] {
    activation.map { [Attribute("activation", .text($0.summary))] } ?? []
  }
}
