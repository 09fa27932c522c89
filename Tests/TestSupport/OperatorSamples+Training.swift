import Operators
import TensorCore

extension OperatorSamples {
  /// Every function, for vectors and single elements; from the result where that is possible.
  package static let unaryGradient: [OperatorSample] = UnaryFunction.samples.flatMap { function in
    ([[7], [2, 7, 11, 17], [1, 5, 5, 16]] as [Shape]).flatMap { shape in
      (function.hasGradientOfResult ? [false, true] : [false]).map { readsResult in
        OperatorSample(
          "\(function.summary) of \(shape)\(readsResult ? " from the result" : "")",
          UnaryGradient(function, readsResult: readsResult),
          [.fed(shape, in: function.sampleRange), .fed(shape)], tolerance: .tight)
      }
    }
  }

  private static let classifications: [Shape] = [
    [1, 1], [1, 10], [7, 10], [32, 10], [3, 17], [5, 2], [64, 1001], [257, 33],
  ]

  /// One class, few, many; large logits.
  package static let softmaxCrossEntropy: [OperatorSample] = classifications.map { shape in
    OperatorSample(
      "of \(shape)", SoftmaxCrossEntropy(),
      [.fed(shape, in: -10...10), .fed([shape[0]], in: 0...Float(shape[1] - 1), .int32)],
      tolerance: .close)
  }

  /// The same problems.
  package static let softmaxCrossEntropyGradient: [OperatorSample] = classifications.map { shape in
    OperatorSample(
      "of \(shape)", SoftmaxCrossEntropyGradient(),
      [
        .fed(shape, in: -10...10), .fed([shape[0]], in: 0...Float(shape[1] - 1), .int32),
        .fed([shape[0]]),
      ], tolerance: .close)
  }
}
