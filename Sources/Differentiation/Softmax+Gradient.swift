import GraphIR
import Operators
import TensorCore

extension Softmax: Differentiable {
  /// `y · (dy − Σ dy·y)`, and `dy − eʸ · Σ dy` of the logarithm.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    let y = node.value
    guard let dy = upstream[0], let axis = builder.shape(y).normalizedAxis(axis) else {
      return [nil]
    }
    if isLogarithm {
      let share = try builder.mul(
        try builder.unary(.exp, y), try builder.sum(dy, axes: [axis]))
      return [try builder.sub(dy, share)]
    }
    let mean = try builder.sum(try builder.mul(dy, y), axes: [axis])
    return [try builder.mul(y, try builder.sub(dy, mean))]
  }
}

extension SoftmaxCrossEntropy: Differentiable {
  /// One operator by the logits; labels have no gradient.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    guard let upstream = upstream[0] else { return [nil, nil] }
    return [
      try builder.add(SoftmaxCrossEntropyGradient(), node.inputs + [upstream], "logits"), nil,
    ]
  }
}
