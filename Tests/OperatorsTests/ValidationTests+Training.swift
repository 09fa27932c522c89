import GraphIR
import Operators
import TensorCore

extension ValidationTests {
  /// What training adds.
  static let training: [Refusal] = [
    Refusal(
      UnaryGradient(.relu), [[2, 3], [3]],
      "unary_gradient: expected a gradient [2, 3], found [3]"),
    Refusal(
      UnaryGradient(.sin, readsResult: true), [[2], [2]],
      "unary_gradient: expected a function whose result tells its derivative, found sin"),
    Refusal(
      SoftmaxCrossEntropy(), [[2, 3]],
      "softmax_cross_entropy_loss: expected 2 inputs, found 1"),
    Refusal(
      SoftmaxCrossEntropy(), [[2, 0], [2]],
      "softmax_cross_entropy_loss: expected logits [N, C] of at least one class, found [2, 0]"),
    Refusal(
      SoftmaxCrossEntropy(), [[2, 3], [2]],
      "softmax_cross_entropy_loss: expected labels int32[2], found float32[2]"),
    Refusal(
      SoftmaxCrossEntropyGradient(),
      types: [TensorType([2, 3]), TensorType([2], .int32), TensorType([3])],
      "softmax_cross_entropy_gradient: expected an upstream gradient float32[2], found float32[3]"),
    Refusal(
      Conv2DWeightGradient(kernel: Spatial(3)), [[1, 5, 5, 2], [1, 3, 2, 4]],
      "conv2d_weight_gradient: expected a gradient [1, 3, 3, O] for an image [1, 5, 5, 2], "
        + "found [1, 3, 2, 4]"),
    Refusal(
      Conv2DWeightGradient(kernel: Spatial(3), groups: 2), [[1, 5, 5, 2], [1, 3, 3, 3]],
      "conv2d_weight_gradient: expected groups that divide 2 input and 3 output channels, found 2"),
    Refusal(
      Conv2DImageGradient(image: Spatial(5)), [[1, 3, 3, 4], [3, 3, 2, 5]],
      "conv2d_image_gradient: expected weights [KH, KW, I/groups, 4] (HWIO), found [3, 3, 2, 5]"),
    Refusal(
      Conv2DImageGradient(image: Spatial(0)), [[1, 3, 3, 4], [3, 3, 2, 4]],
      "conv2d_image_gradient: expected an image between 1x1 and 2^30 rows and columns, found 0x0"),
    Refusal(
      Pool2DGradient(Pool2D(.max, window: Window(kernel: Spatial(2)))),
      [[1, 4, 4, 3], [1, 4, 4, 3]],
      "pool2d_gradient: expected a gradient [1, 3, 3, 3] for an image [1, 4, 4, 3], "
        + "found [1, 4, 4, 3]"),
    Refusal(
      MomentumStep(), [[3], [3], [2], [1]],
      "momentum: expected parameters, gradient and state of one shape, found [3] and [2]"),
    Refusal(
      MomentumStep(momentum: -1), [[3], [3], [3], [1]],
      "momentum: expected momentum of at least 0, found -1.0"),
    Refusal(
      AdamStep(), [[3], [3], [3], [3], [1]], "adam: expected rates [3], found [1]"),
    Refusal(
      RandomUniform(shape: [2], seed: 1), types: [TensorType([2], .int32)],
      "random_uniform: expected a seed [1], found [2]"),
  ]
}
