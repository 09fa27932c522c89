import GraphIR
import Operators
import TensorCore

extension ConvTranspose2D: FusedActivation {
  func withoutActivation() -> any Operator {
    ConvTranspose2D(
      strides: strides, dilations: dilations, border: border, outputPadding: outputPadding,
      groups: groups)
  }
}

extension ConvTranspose2D: Differentiable {
  /// By the input a convolution of the gradient with the weights, by the weights what that convolution's weights would
  /// get from the input, by the bias a sum over all pixels.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    var gradients = [ValueID?](repeating: nil, count: node.inputs.count)
    guard let upstream = upstream[0] else { return gradients }
    let weights = builder.shape(node.inputs[1])
    if wanted[0] || wanted[1] {
      // The whole result, as it was before its border was cut off.
      let whole = try builder.pad(
        upstream, before: [0, border.top, border.left, 0],
        after: [
          0, border.bottom - outputPadding.height, border.right - outputPadding.width, 0,
        ])
      if wanted[0] {
        let op = Conv2D(strides: strides, dilations: dilations, groups: groups)
        gradients[0] = try builder.add(
          op, [whole, try builder.transposeLast(node.inputs[1])], "image")
      }
      if wanted[1] {
        let op = Conv2DWeightGradient(
          kernel: Spatial(weights[0], weights[1]), strides: strides, dilations: dilations,
          groups: groups)
        let gradient = try builder.add(op, [whole, node.inputs[0]], "weights")
        gradients[1] = try builder.transposeLast(gradient)
      }
    }
    if node.inputs.count == 3, wanted[2] {
      gradients[2] = try builder.sum(upstream, to: builder.shape(node.inputs[2]))
    }
    return gradients
  }
}
