import GraphIR
import Operators
import TensorCore

/// What batch normalisation in training gives.
package struct TrainingBatchNorm: Sendable {
  /// The normalised image.
  package let output: ValueID
  /// The batch's mean of each channel, `[C]`.
  package let mean: ValueID
  /// The batch's biased variance of each channel, `[C]`: Σ (x − mean)² / n.
  package let variance: ValueID
}

extension Graph {
  /// Adds batch normalisation with the batch's own statistics (Ioffe & Szegedy 2015, arXiv 1502.03167, algorithm 1):
  /// `(x − mean) / √(variance + ε) · scale + shift` along the last axis, mean and variance over all others.
  ///
  /// - Parameters:
  ///   - image: `[…, C]`.
  ///   - scale, shift: `[C]` each.
  ///   - name: the node's name; nodes for the statistics are `name/mean`, `name/variance` and so on.
  /// - Returns: the output and the statistics, all differentiable. Frameworks keep running averages of the mean and
  ///   of the unbiased variance, which is the biased one times n / (n − 1).
  package mutating func addTrainingBatchNorm(
    image: ValueID, scale: ValueID, shift: ValueID, epsilon: Float, name: String
  ) throws(InceptError) -> TrainingBatchNorm {
    let rank = type(of: image).shape.rank
    guard rank >= 2 else {
      throw InceptError(
        .badData, subject: "batch normalisation '\(name)'",
        expected: "expected a batch of items with channels", found: "\(type(of: image).shape)")
    }
    let channels = Shape([type(of: image).shape[rank - 1]])
    let output = try add(
      MeanVarianceNormalization(
        axes: Array(0..<rank - 1), epsilon: epsilon, givesStatistics: true),
      [image, scale, shift], name: name)
    let mean = try add(
      Reshape(channels.dimensions), [ValueID(output.node, output: 1)], name: "\(name)/mean")
    let inverse = try add(
      Reshape(channels.dimensions), [ValueID(output.node, output: 2)], name: "\(name)/inverse")
    let square = try add(Binary(.mul), [inverse, inverse], name: "\(name)/square")
    let whole = try add(Unary(.reciprocal), [square], name: "\(name)/reciprocal")
    let offset = try add(
      Constant(HostTensor.filled([], with: epsilon)), name: "\(name)/epsilon")
    // A channel without any variance may come out a rounding error below 0.
    let variance = try add(
      Binary(.sub, activation: .relu), [whole, offset], name: "\(name)/variance")
    return TrainingBatchNorm(output: output, mean: mean, variance: variance)
  }
}
