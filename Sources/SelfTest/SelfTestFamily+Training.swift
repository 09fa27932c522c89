import GraphIR
import OpenCLBackend
import Operators
import TensorCore

extension SelfTestFamily {
  /// What training launches beyond what networks do.
  static let training: [SelfTestFamily] = [
    SelfTestFamily(
      "gradients of convolutions", isArithmetic: true,
      speed: { () throws(InceptError) in
        try ProblemMaker.problem(
          "by weights 3x3",
          Conv2DWeightGradient(kernel: Spatial(3), padding: .symmetric(1, 1)),
          fed: [[8, 28, 28, 32], [8, 28, 28, 64]])
      },
      problems: { () throws(InceptError) in
        let convolution = Conv2D(strides: Spatial(2), padding: .symmetric(1, 1))
        return [
          try ProblemMaker.problem(
            "by weights", Conv2DWeightGradient(of: convolution, kernel: Spatial(3)),
            fed: [[3, 9, 7, 5], [3, 5, 4, 18]]),
          try ProblemMaker.problem(
            "by weights of many pixels",
            Conv2DWeightGradient(kernel: Spatial(3), padding: .symmetric(1, 1)),
            fed: [[16, 19, 23, 1], [16, 19, 23, 16]]),
          try ProblemMaker.problem(
            "by the image", Conv2DImageGradient(of: convolution, image: Spatial(9, 7)),
            fed: [[3, 5, 4, 18], [3, 3, 17, 18]]),
          try ProblemMaker.problem(
            "by weights, of a constant", Conv2DWeightGradient(kernel: .one), fed: [[2, 5, 7, 3]],
            constants: [[2, 5, 7, 4]]),
          try ProblemMaker.problem(
            "by the image, of groups",
            Conv2DImageGradient(image: Spatial(5), padding: .same, groups: 2),
            fed: [[2, 5, 5, 6], [3, 3, 4, 6]]),
          try constantGradient(),
        ]
      }),
    SelfTestFamily(
      "gradients of pools and losses",
      problems: { () throws(InceptError) in
        let window = Window(kernel: Spatial(3), strides: Spatial(2), padding: .symmetric(1, 1))
        var loss = ProblemMaker("cross-entropy of 5 of 11")
        try loss.feed([5, 11], in: -4...4)
        try loss.feed([5], .int32, in: 0...10)
        var gradient = ProblemMaker("gradient of the cross-entropy of 5 of 11")
        try gradient.feed([5, 11], in: -4...4)
        try gradient.feed([5], .int32, in: 0...10)
        try gradient.feed([5])
        return [
          try ProblemMaker.problem(
            "max", Pool2DGradient(Pool2D(.max, window: window)),
            fed: [[2, 9, 7, 17], [2, 5, 4, 17]]),
          try ProblemMaker.problem(
            "average", Pool2DGradient(Pool2D(.average, window: window)),
            fed: [[2, 9, 7, 17], [2, 5, 4, 17]]),
          try loss.finish(SoftmaxCrossEntropy(), tolerance: SelfTestProblem.close),
          try gradient.finish(SoftmaxCrossEntropyGradient(), tolerance: SelfTestProblem.close),
        ]
      }),
    SelfTestFamily(
      "optimizers",
      speed: { () throws(InceptError) in
        try ProblemMaker.problem(
          "momentum", MomentumStep(momentum: 0.9), fed: [[1 << 20], [1 << 20], [1 << 20], [1]])
      },
      problems: { () throws(InceptError) in
        [
          try ProblemMaker.problem(
            "momentum", MomentumStep(momentum: 0.9, weightDecay: 0.01, nesterov: true),
            fed: [[2099], [2099], [2099], [1]]),
          try ProblemMaker.problem(
            "adam", AdamStep(weightDecay: 0.1, isDecoupled: true),
            fed: [[37], [37], [37], [37], [3]], in: 0.01...1),
        ]
      }),
    SelfTestFamily(
      "random numbers",
      problems: { () throws(InceptError) in
        [
          try ProblemMaker.problem(
            "uniform", RandomUniform(shape: [3, 7, 11], seed: 1 << 40 + 5), fed: [[1]],
            type: .int32, in: -1e6...1e6, tolerance: 0)
        ]
      }),
  ]

  /// A constant gradient has no zeros around it, so that one result per work-item is left.
  @Sendable private static func constantGradient() throws(InceptError) -> SelfTestProblem {
    var maker = ProblemMaker("by the image, of a constant")
    try maker.add(constant: [1, 3, 4, 5], in: -1...1)
    try maker.feed([3, 3, 2, 5])
    return try maker.finish(
      Conv2DImageGradient(image: Spatial(3, 4), padding: .same), tolerance: SelfTestProblem.close)
  }
}
