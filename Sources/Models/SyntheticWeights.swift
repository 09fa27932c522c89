import TensorCore

/// Made-up parameters for timing a network that nobody has weights for. The same seed gives the same numbers on
/// every machine.
///
/// Weights are uniform with variance `2 / fan-in` (He et al. 2015, arXiv 1502.01852), so that values neither grow
/// nor vanish through the depth of a network; batch statistics are near those of standardised values.
package struct SyntheticWeights: Sendable, Hashable {
  /// What the numbers derive from.
  package let seed: UInt64

  /// Weights derived from `seed`.
  package init(seed: UInt64 = 1) { self.seed = seed }

  /// All parameters of an architecture. Its source is `synthetic:SEED`.
  package func parameters(for architecture: Architecture) -> ParameterSet {
    var tensors: [String: HostTensor] = [:]
    for spec in architecture.parameters { tensors[spec.name] = tensor(spec) }
    return ParameterSet(source: "synthetic:\(seed)", tensors: tensors)
  }

  private func tensor(_ spec: ParameterSpec) -> HostTensor {
    let first = spec.name.utf8.reduce(seed ^ 0xcbf2_9ce4_8422_2325) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    return HostTensor(
      shape: spec.shape, computedBy: Numbers(first: first, range: Self.range(spec.role)))
  }

  private struct Numbers: TensorRule {
    let first: UInt64
    let range: ClosedRange<Float>

    var sources: [HostTensor] { [] }

    func write(into destination: UnsafeMutableBufferPointer<Float>) {
      // SAFETY: every range writes elements of its own.
      nonisolated(unsafe) let values = destination
      let step = (range.upperBound - range.lowerBound) * 0x1p-24
      Parallel.ranges(of: values.count, grain: 1 << 16) { piece in
        for index in piece {
          let number = Float(hashed(first &+ UInt64(index) &* gamma) >> 40)
          values[index] = range.lowerBound + number * step
        }
      }
    }
  }

  /// What values of a parameter lie between.
  private static func range(_ role: ParameterRole) -> ClosedRange<Float> {
    switch role {
    case .weights(let fanIn):
      let bound = (6 / Float(max(fanIn, 1))).squareRoot()
      return -bound...bound
    case .bias, .shift, .mean: return -0.1...0.1
    case .scale, .variance: return 0.8...1.2
    }
  }

  private static let gamma: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// SplitMix64's output function (Steele et al. 2014): a number for every position, without a state to carry.
  @inline(__always)
  private static func hashed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
