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
}
