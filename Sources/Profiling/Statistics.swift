/// Order statistics of repeated measurements. Quantiles are linear between neighbouring samples.
package struct Statistics: Sendable, Hashable {
  private let sorted: [Double]

  /// Statistics of `samples`; those that are no finite numbers are left out.
  package init(_ samples: [Double]) { sorted = samples.filter(\.isFinite).sorted() }

  /// Number of samples.
  package var count: Int { sorted.count }

  /// The value that a part `fraction` (0 to 1) of the samples lies below; 0 without samples.
  package func quantile(_ fraction: Double) -> Double {
    guard let last = sorted.indices.last else { return 0 }
    let position = min(max(fraction, 0), 1) * Double(last)
    let lower = Int(position)
    let upper = min(lower + 1, last)
    let weight = position - Double(lower)
    return sorted[lower] + (sorted[upper] - sorted[lower]) * weight
  }

  /// The smallest sample.
  package var minimum: Double { quantile(0) }
  /// The middle sample, or the mean of the two in the middle.
  package var median: Double { quantile(0.5) }
  /// The value that nine of ten samples don't exceed.
  package var p90: Double { quantile(0.9) }
  /// The value that 99 of 100 samples don't exceed.
  package var p99: Double { quantile(0.99) }

  /// The mean; 0 without samples.
  package var mean: Double { count == 0 ? 0 : sorted.reduce(0, +) / Double(count) }

  /// Half the width of the interval that holds the median of the whole population with 99 % certainty, however it is
  /// distributed: between two order statistics (David and Nagaraja, "Order Statistics", section 7.1). With fewer than
  /// 8 samples, half of all that they span.
  package var medianNoise: Double {
    guard count >= 8 else { return (quantile(1) - minimum) / 2 }
    // Ranks of a binomial distribution around the middle, by its normal approximation.
    let reach = 2.576 * Double(count).squareRoot() / 2
    let middle = Double(count - 1) / 2
    let low = sorted[max(0, Int((middle - reach).rounded(.down)))]
    let high = sorted[min(count - 1, Int((middle + reach).rounded(.up)))]
    return (high - low) / 2
  }
}
