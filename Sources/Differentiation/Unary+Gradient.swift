import GraphIR
import Operators
import TensorCore

extension Unary: Differentiable {
  /// `dy · f′(x)`; from the result where that tells the derivative, so that the function can be fused with what
  /// computes x.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    guard let upstream = upstream[0], !function.isStep else { return [nil] }
    if function == .negate { return [try builder.unary(.negate, upstream)] }
    let readsResult = function.hasGradientOfResult
    return [
      try builder.add(
        UnaryGradient(function, readsResult: readsResult),
        [readsResult ? node.value : node.inputs[0], upstream])
    ]
  }
}
