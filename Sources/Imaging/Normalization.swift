/// From 8-bit samples to what a network was trained on: `(sample × scale - mean) / deviation`, per channel.
package struct Normalization: Sendable, Hashable {
  /// Factor that comes first.
  package var scale: Double
  /// What is subtracted: one value for all channels, or one for each of R, G, B.
  package var mean: [Double]
  /// What is divided by: one value for all channels, or one for each of R, G, B.
  package var deviation: [Double]

  /// Creates a normalisation; `mean` and `deviation` have one value or three.
  package init(scale: Double = 1, mean: [Double] = [0], deviation: [Double] = [1]) {
    precondition([1, 3].contains(mean.count) && [1, 3].contains(deviation.count))
    self.scale = scale
    self.mean = mean
    self.deviation = deviation
  }

  /// The normalised values of the samples 0 to `largest` in units of `1 / divisor`. Channel nil is grey made
  /// of three channels, with the average mean and deviation.
  func table(channel: Int?, largest: Int, divisor: Int) -> [Float] {
    func pick(_ values: [Double]) -> Double {
      guard values.count == 3 else { return values[0] }
      return channel.map { values[$0] } ?? (values[0] + values[1] + values[2]) / 3
    }
    let (mean, deviation) = (pick(mean), pick(deviation))
    return (0...largest).map { sample in
      Float((Double(sample) / Double(divisor) * scale - mean) / deviation)
    }
  }
}
