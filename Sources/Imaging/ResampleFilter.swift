/// An antialiasing resize filter, as Pillow defines it.
package enum ResampleFilter: Sendable, Hashable, CaseIterable {
  /// The triangle filter.
  case bilinear
  /// The cubic convolution filter with a = -0.5 (R. Keys, 1981).
  case bicubic

  /// Distance from the centre where the filter ends, in source pixels when enlarging.
  var support: Double {
    switch self {
    case .bilinear: 1
    case .bicubic: 2
    }
  }

  /// The filter's weight at a distance from its centre.
  func weight(_ distance: Double) -> Double {
    let x = abs(distance)
    switch self {
    case .bilinear: return x < 1 ? 1 - x : 0
    case .bicubic:
      let a = -0.5
      if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
      return 0
    }
  }
}

/// For a range of output positions along one axis, which input positions count and how much: Pillow's
/// normalised weights in fixed point.
struct ResampleWeights {
  /// Binary places of the weights: 32 bits less 8 of the sample and 2 to spare.
  static let fractionBits: Int32 = 32 - 8 - 2

  /// The input positions that any output position reads.
  let inputs: Range<Int>
  /// First input position of each output position, counted from the first of ``inputs``.
  private(set) var starts: [Int] = []
  /// Number of input positions of each output position.
  private(set) var counts: [Int] = []
  /// Weights, ``stride`` for each output position.
  private(set) var weights: [Int32] = []
  /// Room for the weights of one output position.
  let stride: Int

  /// Weights for the output positions `window` of an axis resized from `input` to `output` positions; nil when
  /// those are the same.
  init?(input: Int, output: Int, window: Range<Int>, filter: ResampleFilter) {
    guard input != output else { return nil }
    let scale = Double(input) / Double(output)
    let filterScale = max(scale, 1)
    let support = filter.support * filterScale
    stride = Int(support.rounded(.up)) * 2 + 1
    starts.reserveCapacity(window.count)
    counts.reserveCapacity(window.count)
    weights.reserveCapacity(window.count * stride)
    var exact = [Double](repeating: 0, count: stride)
    for position in window {
      let centre = (Double(position) + 0.5) * scale
      let first = max(Int(centre - support + 0.5), 0)
      let count = min(Int(centre + support + 0.5), input) - first
      var total = 0.0
      for index in 0..<count {
        exact[index] = filter.weight(
          (Double(index + first) - centre + 0.5) * (1 / filterScale))
        total += exact[index]
      }
      for index in 0..<stride {
        guard index < count else {
          weights.append(0)
          continue
        }
        let share = total == 0 ? exact[index] : exact[index] / total
        let scaled = share * Double(Int32(1) << Self.fractionBits)
        weights.append(Int32(scaled + (share < 0 ? -0.5 : 0.5)))
      }
      starts.append(first)
      counts.append(count)
    }
    let lowest = starts.first ?? 0
    inputs = lowest..<((starts.last ?? 0) + (counts.last ?? 0))
    starts = starts.map { $0 - lowest }
  }
}
