import Foundation

/// How the learning rate goes on from its first value.
package enum Schedule: Sendable, Hashable, Codable {
  /// It stays.
  case constant
  /// Every so many epochs it is multiplied by `factor`.
  case step(epochs: Int, factor: Double)
  /// Half a cosine from the first value to 0 over the whole training (Loshchilov and Hutter 2017, arXiv 1608.03983).
  case cosine

  /// The rate of a step as a part of the first.
  ///
  /// - Parameters:
  ///   - step: Steps done before it, of all epochs.
  ///   - stepsPerEpoch: Steps of an epoch.
  ///   - epochs: Epochs of the whole training.
  package func factor(step: Int, stepsPerEpoch: Int, epochs: Int) -> Double {
    switch self {
    case .constant: return 1
    case .step(let every, let factor):
      return pow(factor, Double(step / max(1, stepsPerEpoch) / max(1, every)))
    case .cosine:
      let part = Double(step) / Double(max(1, stepsPerEpoch * epochs))
      return (1 + cos(.pi * min(1, part))) / 2
    }
  }
}
