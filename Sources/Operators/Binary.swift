import GraphIR
import TensorCore

/// An elementwise function of two values.
public enum BinaryFunction: String, Hashable, Sendable, CaseIterable {
  case add, sub, mul, div, max, min
  /// The first value to the power of the second.
  case pow
  /// The first value where it is not negative, else its product with the second.
  case prelu
}

/// Applies a function to two tensors with NumPy's broadcasting, then optionally an activation.
public struct Binary: Operator {
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
    try requireFloatInputs(inputs, 2...2)
    guard let shape = Self.broadcast(inputs[0].shape, inputs[1].shape) else {
      throw invalid(
        "expected shapes that broadcast", found: "\(inputs[0].shape) and \(inputs[1].shape)")
    }
    return [TensorType(shape)]
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
