import GraphIR
import Operators
import TensorCore

/// An operator with a rule of reverse-mode differentiation.
///
/// Rules see operators without fused activations (``FusedActivation``), and only nodes that a wanted gradient needs.
package protocol Differentiable: Operator {
  /// Adds the nodes that compute the gradient by each input of `node`.
  ///
  /// - Parameters:
  ///   - upstream: for each output the gradient of the loss by it; nil where the loss doesn't depend on it. At least one
  ///     is there.
  ///   - wanted: for each input whether its gradient is asked for.
  /// - Returns: a value of each input's type; nil for an input that is not wanted, or whose gradient is 0.
  func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?]
}

/// An operator that applies a function to its result.
protocol FusedActivation: Operator {
  /// The function.
  var activation: UnaryFunction? { get }

  /// The same operator without it.
  func withoutActivation() -> any Operator
}
