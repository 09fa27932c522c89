import GraphIR
import TensorCore

/// A function of two truth values.
public enum LogicalFunction: String, Hashable, Sendable, Codable, CaseIterable {
  /// Both, at least one, exactly one.
  case and, or, xor
}

/// Combines two tensors of bools with NumPy's broadcasting.
public struct Logical: Operator, Codable {
  /// The name in text forms; the function's own name is shown.
  public static let mnemonic = "logical"
  /// What is applied.
  public let function: LogicalFunction

  /// Applies `function`.
  public init(_ function: LogicalFunction) { self.function = function }

  /// The function's own name.
  public var mnemonic: String { function.rawValue }

  /// The broadcast shape.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 2...2, of: [.bool])
    return [TensorType(try broadcast(inputs), .bool)]
  }
}

/// The opposite of every bool.
public struct Not: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "not"

  /// Creates the operator.
  public init() {}

  /// The input's type.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 1...1, of: [.bool])
    return inputs
  }
}
