import Operators
import TensorCore

extension OperatorSamples {
  private static let shapes: [Shape] = [[1], [7], [16], [4099], [3, 5, 7]]

  /// Steps of momentum and Adam.
  package static let optimisers: [OperatorSample] = shapes.flatMap { shape in
    [
      ("plain", MomentumStep()), ("momentum", MomentumStep(momentum: 0.9)),
      ("momentum and decay", MomentumStep(momentum: 0.9, weightDecay: 5e-4)),
      ("nesterov", MomentumStep(momentum: 0.8, weightDecay: 0.01, nesterov: true)),
    ].map {
      OperatorSample(
        "\($0.0) \(shape)", $0.1,
        [.fed(shape), .fed(shape), .fed(shape), .fed([1], in: 0.01...0.1)], tolerance: .tight)
    }
      + [
        ("plain", AdamStep()), ("decayed", AdamStep(weightDecay: 0.01)),
        ("decoupled", AdamStep(beta1: 0.8, beta2: 0.99, weightDecay: 0.1, isDecoupled: true)),
      ].map {
        OperatorSample(
          "\($0.0) \(shape)", $0.1,
          [
            .fed(shape), .fed(shape), .fed(shape), .fed(shape, in: 0.001...1),
            .fed([3], in: 0.01...0.1),
          ], tolerance: .tight)
      }
  }

  /// Random numbers: shapes that are no multiples of four, seeds of all sizes.
  package static let randomUniform: [OperatorSample] =
    (shapes + [[2, 3, 4, 5]]).flatMap { shape in
      [0, 1, -1, 1 << 40].map { seed in
        OperatorSample(
          "\(shape) seed \(seed)", RandomUniform(shape: shape, seed: seed),
          [.fed([1], in: -1_000_000...1_000_000, .int32)], tolerance: .exact)
      }
    }
}
