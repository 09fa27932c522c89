import Imaging

/// Divides a picture's colours into boxes, each with a colour for all of them.
struct ColourBoxes {
  /// Red, green and blue of each box.
  private(set) var colours: [UInt8] = []

  /// Colours that are equal in their upper 5 bits, as one.
  private struct Bin {
    var count = 0.0
    var sum = SIMD3<Double>()
    var mean: SIMD3<Double> { sum / count }
  }

  private struct Box {
    var bins: [Bin]
    /// What is lost by giving all of them one colour, by channel.
    var loss: SIMD3<Double>

    init(_ bins: [Bin]) {
      self.bins = bins
      let count = bins.reduce(0) { $0 + $1.count }
      let mean = bins.reduce(SIMD3<Double>()) { $0 + $1.sum } / count
      loss = bins.reduce(SIMD3<Double>()) {
        let away = $1.mean - mean
        return $0 + away * away * $1.count
      }
    }

    var mean: SIMD3<Double> {
      bins.reduce(SIMD3<Double>()) { $0 + $1.sum } / bins.reduce(0) { $0 + $1.count }
    }

    /// Two boxes that together lose least, divided along the channel that loses most.
    func divided() -> (Box, Box) {
      let channel = (0..<3).max { loss[$0] < loss[$1] } ?? 0
      let sorted = bins.sorted { $0.mean[channel] < $1.mean[channel] }
      let total = sorted.reduce(0) { $0 + $1.sum[channel] }
      let all = sorted.reduce(0) { $0 + $1.count }
      var (sum, count) = (0.0, 0.0)
      var (best, most) = (1, -1.0)
      for index in 0..<(sorted.count - 1) {
        sum += sorted[index].sum[channel]
        count += sorted[index].count
        // The larger the squares of the means, the smaller the variances about them.
        let rest = total - sum
        let gain = sum * sum / count + rest * rest / (all - count)
        if gain > most { (best, most) = (index + 1, gain) }
      }
      return (Box(Array(sorted[..<best])), Box(Array(sorted[best...])))
    }
  }

  /// Rounds in which the boxes' colours move to the means of what is nearest to them.
  private static let rounds = 3

  init(of image: Image, count: Int) {
    let bins = Self.bins(image.rgb())
    var boxes = [Box(bins)]
    while boxes.count < count {
      let widest = boxes.indices.filter { boxes[$0].bins.count > 1 }
        .max { boxes[$0].loss.sum() < boxes[$1].loss.sum() }
      guard let widest else { break }
      let (first, second) = boxes[widest].divided()
      boxes[widest] = first
      boxes.append(second)
    }
    var centres = boxes.map(\.mean)
    for _ in 0..<Self.rounds { centres = Self.moved(centres, bins) }
    colours = centres.flatMap { centre in
      (0..<3).map { UInt8(min(max(centre[$0].rounded(), 0), 255)) }
    }
  }

  private static func bins(_ image: Image) -> [Bin] {
    var bins = [Bin](repeating: Bin(), count: 1 << 15)
    let pixels = image.pixels
    for place in stride(from: 0, to: pixels.count, by: 3) {
      let (red, green, blue) = (pixels[place], pixels[place + 1], pixels[place + 2])
      let bin = Int(red >> 3) << 10 | Int(green >> 3) << 5 | Int(blue >> 3)
      bins[bin].count += 1
      bins[bin].sum += SIMD3(Double(red), Double(green), Double(blue))
    }
    return bins.filter { $0.count > 0 }
  }

  private static func moved(_ centres: [SIMD3<Double>], _ bins: [Bin]) -> [SIMD3<Double>] {
    var sums = [Bin](repeating: Bin(), count: centres.count)
    for bin in bins {
      let mean = bin.mean
      var (best, least) = (0, Double.infinity)
      for (index, centre) in centres.enumerated() {
        let away = centre - mean
        let distance = (away * away).sum()
        if distance < least { (best, least) = (index, distance) }
      }
      sums[best].count += bin.count
      sums[best].sum += bin.sum
    }
    return zip(sums, centres).map { $0.count > 0 ? $0.mean : $1 }
  }
}
