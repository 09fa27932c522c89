import GraphIR
import Operators
import TensorCore

extension Binary: FusedActivation {
  func withoutActivation() -> any Operator { Binary(function) }
}

extension Binary: Differentiable {
  /// The partial derivatives times the gradient, summed over the axes along which an operand was broadcast. Equal
  /// operands of a maximum or minimum share it.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    guard let upstream = upstream[0] else { return [nil, nil] }
    let (a, b) = (node.inputs[0], node.inputs[1])
    var gradients: [ValueID?] = [nil, nil]
    if wanted[0] {
      let left = try byLeft(a, b, node.value, upstream, &builder)
      gradients[0] = try builder.sum(left, to: builder.shape(a))
    }
    if wanted[1] {
      let right = try byRight(a, b, node.value, upstream, &builder)
      gradients[1] = try builder.sum(right, to: builder.shape(b))
    }
    return gradients
  }

  private func byLeft(
    _ a: ValueID, _ b: ValueID, _ y: ValueID, _ dy: ValueID, _ builder: inout GradientBuilder
  ) throws(InceptError) -> ValueID {
    switch function {
    case .add, .sub, .fmod, .mod: return dy
    case .mul: return try builder.mul(dy, b)
    case .div: return try builder.div(dy, b)
    case .max: return try builder.mul(dy, try share(of: a, before: b, &builder))
    case .min: return try builder.mul(dy, try share(of: b, before: a, &builder))
    case .prelu:
      let isPositive = try builder.add(
        Comparison(.greater), [a, try builder.scalar(0)])
      return try builder.add(Where(), [isPositive, dy, try builder.mul(dy, b)])
    case .pow:
      let exponent = try builder.float(b)
      let lower = try builder.sub(exponent, try builder.scalar(1))
      let slope = try builder.mul(exponent, try builder.binary(.pow, a, lower))
      // x⁰ is 1 everywhere, also at 0, where its formula has no value.
      if let known = builder.graph.constant(b), known.elementType == .float32,
        known.floats().allSatisfy({ $0 != 0 })
      {
        return try builder.mul(dy, slope)
      }
      let isConstant = try builder.add(
        Comparison(.equal), [exponent, try builder.scalar(0)])
      return try builder.mul(
        dy, try builder.add(Where(), [isConstant, try builder.scalar(0), slope]))
    }
  }

  private func byRight(
    _ a: ValueID, _ b: ValueID, _ y: ValueID, _ dy: ValueID, _ builder: inout GradientBuilder
  ) throws(InceptError) -> ValueID {
    switch function {
    case .add: return dy
    case .sub: return try builder.unary(.negate, dy)
    case .mul: return try builder.mul(dy, a)
    case .div:
      return try builder.unary(
        .negate, try builder.mul(try builder.div(dy, b), y))
    case .max: return try builder.mul(dy, try share(of: b, before: a, &builder))
    case .min: return try builder.mul(dy, try share(of: a, before: b, &builder))
    case .prelu:
      return try builder.mul(
        dy, try builder.unary(.clip(lower: -.infinity, upper: 0), a))
    case .pow:
      let isPositive = try builder.add(
        Comparison(.greater), [a, try builder.scalar(0)])
      let logarithm = try builder.unary(
        .log, try builder.add(Where(), [isPositive, a, try builder.scalar(1)]))
      return try builder.mul(dy, try builder.mul(y, logarithm))
    case .fmod, .mod:
      // The quotient without what the division leaves: a whole number.
      let quotient = try builder.unary(.round, try builder.div(try builder.sub(a, y), b))
      return try builder.unary(.negate, try builder.mul(dy, quotient))
    }
  }

  /// 1 where the first value is the larger one, ½ where they are equal, 0 elsewhere.
  private func share(of first: ValueID, before second: ValueID, _ builder: inout GradientBuilder)
    throws(InceptError) -> ValueID
  {
    let sign = try builder.unary(.sign, try builder.sub(first, second))
    return try builder.unary(.hardSigmoid(alpha: 0.5, beta: 0.5), sign)
  }
}

extension BiasAdd: Differentiable {
  /// What comes; by the bias its sum over all but the last axis.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    guard let upstream = upstream[0] else { return [nil, nil] }
    let bias =
      wanted[1] ? try builder.sum(upstream, to: builder.shape(node.inputs[1])) : nil
    return [upstream, bias]
  }
}

extension Where: Differentiable {
  /// Each value's gradient where it was taken, 0 elsewhere.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    var gradients: [ValueID?] = [nil, nil, nil]
    guard let upstream = upstream[0] else { return gradients }
    let zero = try builder.scalar(0)
    for (index, values) in [(1, [upstream, zero]), (2, [zero, upstream])] where wanted[index] {
      let chosen = try builder.add(Where(), [node.inputs[0]] + values)
      gradients[index] = try builder.sum(chosen, to: builder.shape(node.inputs[index]))
    }
    return gradients
  }
}

extension GradientBuilder {
  /// The value as float32.
  mutating func float(_ value: ValueID) throws(InceptError) -> ValueID {
    graph.type(of: value).elementType == .float32
      ? value : try add(Cast(to: .float32), [value])
  }
}
