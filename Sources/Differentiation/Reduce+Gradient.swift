import GraphIR
import Operators
import TensorCore

extension Reduce: Differentiable {
  /// The derivative of the kind, times the gradient repeated along the reduced axes. Equal extrema share it.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    let x = node.inputs[0]
    let shape = builder.shape(x)
    guard let upstream = upstream[0], let axes = shape.normalizedAxes(axes),
      shape.elementCount > 0
    else { return [nil] }
    let kept = shape.reduced(along: axes, keepingAxes: true)
    let dy = try builder.reshape(upstream, to: kept)
    func result() throws(InceptError) -> ValueID { try builder.reshape(node.value, to: kept) }
    switch kind {
    case .sum: return [try builder.expand(dy, to: shape)]
    case .mean:
      let count = Float(shape.elementCount / kept.elementCount)
      return [try builder.expand(try builder.scale(dy, by: 1 / count), to: shape)]
    case .max, .min:
      let mask = try builder.mask(.equal, x, try result())
      let share = try builder.div(dy, try builder.sum(mask, axes: axes))
      return [try builder.mul(mask, share)]
    case .l1: return [try builder.mul(try builder.unary(.sign, x), dy)]
    case .l2:
      return [try builder.mul(x, try builder.div(dy, try builder.nonzero(try result())))]
    case .sumSquare: return [try builder.mul(x, try builder.scale(dy, by: 2))]
    case .logSum:
      let inverse = try builder.unary(.exp, try builder.unary(.negate, try result()))
      return [try builder.expand(try builder.mul(dy, inverse), to: shape)]
    case .logSumExp:
      return [
        try builder.mul(
          try builder.unary(.exp, try builder.sub(x, try result())), dy)
      ]
    case .prod: return [try byFactors(x, dy, axes, &builder)]
    }
  }

  /// The product of the other factors times the gradient, also where one of them is 0.
  private func byFactors(
    _ x: ValueID, _ dy: ValueID, _ axes: [Int], _ builder: inout GradientBuilder
  ) throws(InceptError) -> ValueID {
    let isZero = try builder.mask(.equal, x, try builder.scalar(0))
    let factors = try builder.add(x, isZero)
    let product = try builder.add(Reduce(.prod, axes: axes), [factors])
    let otherZeros = try builder.sub(try builder.sum(isZero, axes: axes), isZero)
    let isAlone = try builder.mask(.equal, otherZeros, try builder.scalar(0))
    let others = try builder.div(try builder.mul(dy, product), factors)
    return try builder.mul(others, isAlone)
  }
}

extension GlobalPool: Differentiable {
  /// As a mean or maximum over the image axes.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    try Reduce(kind == .max ? .max : .mean, axes: [1, 2], keepsAxes: keepsAxes)
      .gradients(of: node, upstream: upstream, wanted: wanted, in: &builder)
  }
}

extension Expand: Differentiable {
  /// The sum over what was repeated.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    guard let upstream = upstream[0] else { return [nil] }
    return [try builder.sum(upstream, to: builder.shape(node.inputs[0]))]
  }
}

extension Tile: Differentiable {
  /// The sum over the repetitions.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    let shape = builder.shape(node.inputs[0])
    guard let upstream = upstream[0], !repeats.contains(0), shape.elementCount > 0 else {
      return [nil]
    }
    let apart = Shape(zip(repeats, shape.dimensions).flatMap { [$0, $1] })
    let axes = repeats.indices.filter { repeats[$0] > 1 }.map { $0 * 2 }
    let sum = try builder.sum(try builder.reshape(upstream, to: apart), axes: axes)
    return [try builder.reshape(sum, to: shape)]
  }
}
