import Operators
import TensorCore

extension OperatorSamples {
  /// Fully connected layers: rows, features and outputs around vector widths; operands known late.
  package static let dense: [OperatorSample] =
    [
      ([1, 64], 10), ([1, 128], 1000), ([3, 17], 33), ([2, 1], 1), ([1, 7], 1), ([33, 16], 16),
      ([2, 5, 17], 5), ([64], 32), ([1, 2048], 17),
    ].flatMap { (shape: Shape, outputs: Int) in
      let features = shape[shape.rank - 1]
      let bound = 1.7 / Float(features).squareRoot()
      let weights: Shape = [features, outputs]
      return [
        OperatorSample(
          "\(shape) to \(outputs)", Dense(),
          [.fed(shape), .constant(weights, in: -bound...bound), .constant([outputs])],
          tolerance: .close),
        OperatorSample(
          "\(shape) to \(outputs) without bias, relu", Dense(activation: .relu),
          [.fed(shape), .constant(weights, in: -bound...bound)], tolerance: .close),
        OperatorSample(
          "\(shape) to \(outputs) all fed", Dense(),
          [.fed(shape), .fed(weights, in: -bound...bound), .fed([outputs])], tolerance: .close),
      ]
    }
    + UnaryFunction.samples.filter(\.isSmoothEverywhere).map {
      OperatorSample(
        "and \($0.summary)", Dense(activation: $0),
        [.fed([2, 17]), .constant([17, 7], in: -0.4...0.4), .constant([7])], tolerance: .close)
    }

  /// Matrix products: plain, batched, broadcast.
  package static let matMul: [OperatorSample] = [
    ([3, 5], [5, 7]), ([1, 17], [17, 1]), ([33, 16], [16, 32]), ([1, 1], [1, 1]),
    ([2, 7, 11], [2, 11, 5]), ([2, 1, 3, 4], [5, 4, 2]), ([3, 4], [2, 4, 3]), ([2, 3, 4], [4, 5]),
    ([64, 64], [64, 64]),
  ].flatMap { (left: Shape, right: Shape) in
    [
      OperatorSample(
        "\(left) \(right)", MatMul(), [.fed(left), .fed(right)], tolerance: .close),
      OperatorSample(
        "\(left) \(right) constant", MatMul(), [.fed(left), .constant(right)], tolerance: .close),
    ]
  }
}
