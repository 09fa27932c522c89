import GraphIR
import Operators
import TensorCore

extension BatchNormalization: Differentiable {
  /// With given statistics an affine function of each channel.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    var gradients = [ValueID?](repeating: nil, count: 5)
    guard let dy = upstream[0] else { return gradients }
    let (x, scale, mean) = (node.inputs[0], node.inputs[1], node.inputs[3])
    let channels = builder.shape(scale)
    let deviation = try builder.unary(
      .sqrt, try builder.add(node.inputs[4], try builder.scalar(epsilon)))
    let slope = try builder.div(scale, deviation)
    if wanted[0] { gradients[0] = try builder.mul(dy, slope) }
    let shift =
      wanted[2] || wanted[3] ? try builder.sum(dy, to: channels) : nil
    if wanted[2] { gradients[2] = shift }
    if wanted[3], let shift {
      gradients[3] = try builder.unary(.negate, try builder.mul(shift, slope))
    }
    if wanted[1] || wanted[4] {
      let products = try builder.mul(dy, try builder.sub(x, mean))
      let sum = try builder.sum(products, to: channels)
      if wanted[1] { gradients[1] = try builder.div(sum, deviation) }
      if wanted[4] {
        let square = try builder.mul(deviation, deviation)
        let part = try builder.div(try builder.mul(sum, slope), square)
        gradients[4] = try builder.scale(part, by: -0.5)
      }
    }
    return gradients
  }
}

extension MeanVarianceNormalization: Differentiable {
  /// `(g − mean(g) − x̂ · mean(g · x̂)) / deviation` with `g = dy · scale`, and what the statistics add.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    var gradients = [ValueID?](repeating: nil, count: node.inputs.count)
    let x = node.inputs[0]
    let shape = builder.shape(x)
    guard let axes = shape.normalizedAxes(axes), shape.elementCount > 0 else { return gradients }
    let (mean, inverse) = try statistics(of: node, axes, &builder)
    let centred = try builder.sub(x, mean)
    let normalised = try builder.mul(centred, inverse)
    if let dy = upstream[0] {
      if node.inputs.count > 1, wanted[1] {
        gradients[1] = try builder.sum(
          try builder.mul(dy, normalised), to: builder.shape(node.inputs[1]))
      }
      if node.inputs.count > 2, wanted[2] {
        gradients[2] = try builder.sum(dy, to: builder.shape(node.inputs[2]))
      }
    }
    guard wanted[0] else { return gradients }
    let count = Float(
      shape.elementCount / shape.reduced(along: axes, keepingAxes: true).elementCount)
    var sum: ValueID?
    if let dy = upstream[0] {
      let g = node.inputs.count > 1 ? try builder.mul(dy, node.inputs[1]) : dy
      let products = try builder.mul(g, normalised)
      let (level, tilt) = (
        try builder.add(Reduce(.mean, axes: axes), [g]),
        try builder.add(Reduce(.mean, axes: axes), [products])
      )
      let rest = try builder.sub(
        try builder.sub(g, level), try builder.mul(normalised, tilt))
      sum = try builder.mul(rest, inverse)
    }
    if upstream.count > 1, let byMean = upstream[1] {
      let part = try builder.expand(try builder.scale(byMean, by: 1 / count), to: shape)
      if let other = sum { sum = try builder.add(other, part) } else { sum = part }
    }
    if upstream.count > 2, let byInverse = upstream[2] {
      // 1/√(v + ε) falls by half its cube with v, and v grows by 2(x − mean)/n with x.
      let cube = try builder.mul(try builder.mul(inverse, inverse), inverse)
      let factor = try builder.scale(try builder.mul(byInverse, cube), by: -1 / count)
      let part = try builder.mul(centred, factor)
      if let other = sum { sum = try builder.add(other, part) } else { sum = part }
    }
    gradients[0] = sum
    return gradients
  }

  /// The mean and `1/√(variance + ε)`: the node's own outputs where it has them.
  private func statistics(
    of node: Node, _ axes: [Int], _ builder: inout GradientBuilder
  ) throws(InceptError) -> (mean: ValueID, inverse: ValueID) {
    if givesStatistics { return (ValueID(node.id, output: 1), ValueID(node.id, output: 2)) }
    let op = MeanVarianceNormalization(axes: axes, epsilon: epsilon, givesStatistics: true)
    let again = try builder.add(op, [node.inputs[0]], "statistics").node
    return (ValueID(again, output: 1), ValueID(again, output: 2))
  }
}

extension LpNormalization: Differentiable {
  /// `(dy − s · Σ dy·y) / ‖x‖` with s = y for the norm 2 and the sign of x for the norm 1; zeros where all are 0.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    let (x, y) = (node.inputs[0], node.value)
    guard let dy = upstream[0], let axis = builder.shape(x).normalizedAxis(axis) else {
      return [nil]
    }
    let norm = try builder.nonzero(
      try builder.add(Reduce(p == 1 ? .l1 : .l2, axes: [axis]), [x]))
    let mean = try builder.sum(try builder.mul(dy, y), axes: [axis])
    let direction = p == 1 ? try builder.unary(.sign, x) : y
    let rest = try builder.sub(dy, try builder.mul(direction, mean))
    return [try builder.div(rest, norm)]
  }
}

extension LRN: Differentiable {
  /// `dy·s⁻ᵝ − 2αβ/size · x · Σ dy·y/s`, the sum over the channels whose window an element is in.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    guard let dy = upstream[0] else { return [nil] }
    let (x, y) = (node.inputs[0], node.value)
    let shape = builder.shape(x)
    let (last, channels) = (shape.rank - 1, shape[shape.rank - 1])
    // Row c has ones at the channels of c's window.
    var band = [Float](repeating: 0, count: channels * channels)
    let (before, after) = ((size - 1) / 2, size - 1 - (size - 1) / 2)
    for channel in 0..<channels {
      for other in max(0, channel - before)..<min(channels, channel + after + 1) {
        band[channel * channels + other] = 1
      }
    }
    let window = try builder.constant([channels, channels], band)
    let squares = try builder.transform(try builder.mul(x, x), axis: last, by: window)
    let s = try builder.add(
      try builder.scale(squares, by: alpha / Float(size)), try builder.scalar(bias))
    let direct = try builder.mul(
      dy, try builder.binary(.pow, s, try builder.scalar(-beta)))
    let shares = try builder.div(try builder.mul(dy, y), s)
    let sum = try builder.transform(
      shares, axis: last, by: try builder.transposeLast(window))
    let indirect = try builder.scale(
      try builder.mul(x, sum), by: 2 * alpha * beta / Float(size))
    return [try builder.sub(direct, indirect)]
  }
}
