import Foundation
import TensorCore

/// How weights begin.
package enum Initialiser: String, Sendable, Hashable, Codable, CaseIterable {
  /// Normal with variance 2 / fan-in, for relu (He et al. 2015, arXiv 1502.01852).
  case heNormal = "he-normal"
  /// Uniform with the same variance.
  case heUniform = "he-uniform"
  /// Normal with variance 2 / (fan-in + fan-out) (Glorot and Bengio 2010).
  case glorotNormal = "glorot-normal"
  /// Uniform with the same variance.
  case glorotUniform = "glorot-uniform"

  /// The first values of all parameters of a network: weights at random, scales 1, biases and shifts 0.
  package func parameters(of network: TrainableNetwork, seed: UInt64) -> [Float] {
    var values = [Float](repeating: 0, count: network.parameterCount)
    for (number, parameter) in network.parameters.enumerated() {
      let range = parameter.offset..<parameter.offset + parameter.shape.elementCount
      switch parameter.role {
      case .bias, .shift: break
      case .scale: for index in range { values[index] = 1 }
      case .weights(let fanIn, let fanOut):
        var random = SeededRandom(seed: seed, stream: UInt64(number) + 1)
        let deviation = (variance(fanIn: fanIn, fanOut: fanOut)).squareRoot()
        for index in range { values[index] = Float(deviation * sample(&random)) }
      }
    }
    return values
  }

  private func variance(fanIn: Int, fanOut: Int) -> Double {
    switch self {
    case .heNormal, .heUniform: 2 / Double(max(1, fanIn))
    case .glorotNormal, .glorotUniform: 2 / Double(max(1, fanIn + fanOut))
    }
  }

  /// A number of variance 1.
  private func sample(_ random: inout SeededRandom) -> Double {
    switch self {
    case .heUniform, .glorotUniform: return (random.uniform() * 2 - 1) * 3.0.squareRoot()
    case .heNormal, .glorotNormal:
      // Box and Muller 1958; 1 - u is never 0.
      let radius = (-2 * log(1 - random.uniform())).squareRoot()
      return radius * cos(2 * .pi * random.uniform())
    }
  }
}
