import GraphIR
import Operators
import TensorCore

extension Conv2D: FusedActivation {
  func withoutActivation() -> any Operator { with(activation: nil) }
}

extension Conv2D: Differentiable {
  /// An operator by the image and one by the weights; by the bias a sum over all pixels.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    let upstream = try joined(upstream, of: node, in: &builder)
    let (image, weights) = (builder.shape(node.inputs[0]), builder.shape(node.inputs[1]))
    var gradients = [ValueID?](repeating: nil, count: node.inputs.count)
    if wanted[0] {
      let op = Conv2DImageGradient(of: self, image: Spatial(image[1], image[2]))
      gradients[0] = try builder.add(op, [upstream, node.inputs[1]], "image")
    }
    if wanted[1] {
      let op = Conv2DWeightGradient(of: self, kernel: Spatial(weights[0], weights[1]))
      gradients[1] = try builder.add(op, [node.inputs[0], upstream], "weights")
    }
    if node.inputs.count == 3, wanted[2] {
      gradients[2] = try builder.add(
        Reduce(.sum, axes: [0, 1, 2], keepsAxes: false), [upstream], "bias")
    }
    return gradients
  }

  /// The gradient of the whole result of a convolution with several outputs.
  private func joined(
    _ upstream: [ValueID?], of node: Node, in builder: inout GradientBuilder
  ) throws(InceptError) -> ValueID {
    var parts: [ValueID] = []
    for (index, part) in upstream.enumerated() {
      if let part {
        parts.append(part)
      } else {
        parts.append(try builder.filled(node.outputs[index].shape, with: 0))
      }
    }
    for split in splits where split.activation != nil {
      throw InceptError(
        .badData, subject: "the gradient of \(node.subject)",
        expected: "expected a graph before the passes",
        found: "a merged convolution with activations")
    }
    return parts.count == 1 ? parts[0] : try builder.add(Concat(axis: 3), parts)
  }
}
