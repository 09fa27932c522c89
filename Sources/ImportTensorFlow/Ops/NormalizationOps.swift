import GraphIR
import Operators
import TensorCore

/// Normalisation with given statistics, and over neighbours.
enum NormalizationOps {
  /// Inputs are image, scale, offset, mean, variance. Only the first output is there: the others are for training.
  @Sendable static func fusedBatchNorm(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(5...5)
    guard try !scope.bool("is_training", true) else {
      throw .refused("it normalises with the statistics of each batch, as in training")
    }
    let format = try scope.format()
    let image = try scope.image(0, format)
    var operands = [image]
    for index in 1..<5 { operands.append(try scope.tensor(index)) }
    let op = BatchNormalization(epsilon: try scope.float("epsilon", 0.0001))
    return [.tensor(try scope.emitImage(op, operands, format))]
  }

  /// The batch normalisation of 2015: image, mean, variance, beta, gamma.
  @Sendable static func oldBatchNorm(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(5...5)
    let image = try scope.image(0, .nhwc)
    let (mean, variance) = (try scope.tensor(1), try scope.tensor(2))
    let shift = try scope.tensor(3)
    var scale = try scope.tensor(4)
    if try !scope.bool("scale_after_normalization", true) {
      scale = try scope.part(Constant(.filled(scope.shape(scale), with: 1)), [], "scale")
    }
    let op = BatchNormalization(epsilon: try scope.float("variance_epsilon", 0.001))
    return [.tensor(try scope.emit(op, [image, scale, shift, mean, variance]))]
  }

  /// `x / (bias + alpha · Σ x²)^beta` over `depth_radius` channels on either side: the sum, where ONNX and our
  /// operator take the mean.
  @Sendable static func lrn(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let radius = try scope.int("depth_radius", 5)
    guard (0..<1 << 16).contains(radius) else {
      throw scope.invalid("a depth_radius from 0 to 65535", "\(radius)")
    }
    let size = 2 * radius + 1
    let alpha = Double(try scope.float("alpha", 1)) * Double(size)
    let op = LRN(
      size: size, alpha: Float(alpha), beta: try scope.float("beta", 0.5),
      bias: try scope.float("bias", 1))
    return [.tensor(try scope.emit(op, [try scope.image(0, .nhwc)]))]
  }

  @Sendable static func softmax(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    [.tensor(try scope.emit(Softmax(axis: -1), [try scope.tensor(0)]))]
  }

  @Sendable static func logSoftmax(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    [.tensor(try scope.emit(Softmax(axis: -1, isLogarithm: true), [try scope.tensor(0)]))]
  }
}
