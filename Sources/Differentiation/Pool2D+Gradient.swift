import GraphIR
import Operators
import TensorCore

extension Pool2D: FusedActivation {
  func withoutActivation() -> any Operator {
    Pool2D(kind, window: window, countIncludePad: countIncludePad)
  }
}

extension Pool2D: Differentiable {
  /// One operator by the image; by the bias a sum over all pixels.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    guard let upstream = upstream[0] else { return node.inputs.map { _ in nil } }
    var gradients = [ValueID?](repeating: nil, count: node.inputs.count)
    if wanted[0] {
      gradients[0] = try builder.add(Pool2DGradient(self), [node.inputs[0], upstream], "image")
    }
    if wanted.count > 1, wanted[1] {
      gradients[1] = try builder.sum(upstream, to: builder.shape(node.inputs[1]))
    }
    return gradients
  }
}

extension LpPool2D: Differentiable {
  /// `x·|x|ᵖ⁻²` times the sum of `dy·y¹⁻ᵖ` over the windows that an element is part of: a depthwise convolution by ones,
  /// transposed.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    guard var share = upstream[0] else { return [nil] }
    let x = node.inputs[0]
    let (image, pooled) = (builder.shape(x), builder.shape(node.value))
    if p > 1 {
      let norm = try builder.nonzero(node.value)
      share = try builder.div(share, try builder.power(norm, p - 1))
    }
    let ones = try builder.filled(
      [window.kernel.height, window.kernel.width, image[3], 1], with: 1)
    let border = window.cut(from: pooled, to: Spatial(image[1], image[2]))
    let sum = try builder.add(
      ConvTranspose2D(
        strides: window.strides, dilations: window.dilations, border: border, groups: image[3]),
      [share, ones], "windows")
    let sign = try builder.unary(.sign, x)
    guard p > 1 else { return [try builder.mul(sum, sign)] }
    guard p > 2 else { return [try builder.mul(sum, x)] }
    let magnitude = try builder.power(try builder.unary(.absolute, x), p - 1)
    return [try builder.mul(sum, try builder.mul(sign, magnitude))]
  }
}

extension Window {
  /// What a transposed convolution of results of shape `positions` cuts off to give an image of `size`; where windows
  /// leave rows or columns out, the numbers below and right are negative.
  func cut(from positions: Shape, to size: Spatial) -> Border {
    let border = border(for: size)
    return Border(
      top: border.top, left: border.left,
      bottom: (positions[1] - 1) * strides.height + extent.height - border.top - size.height,
      right: (positions[2] - 1) * strides.width + extent.width - border.left - size.width)
  }
}

extension GradientBuilder {
  /// The value to a whole power of at least 1.
  mutating func power(_ value: ValueID, _ exponent: Int) throws(InceptError) -> ValueID {
    exponent == 1 ? value : try binary(.pow, value, try scalar(Float(exponent)))
  }
}
