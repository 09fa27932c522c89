import Imaging

/// Colours for numbers.
package enum ColourScale: Sendable, CaseIterable {
  /// Black to white.
  case grey
  /// Dark blue over green to yellow: evenly rising lightness, so that it can be read by the colour-blind and in
  /// grey print. matplotlib's `viridis` (S. van der Walt and N. Smith, CC0) at 33 even
  /// steps; what lies between is interpolated, and within 2 of 255 of the original.
  case viridis

  private static let viridisColours: [UInt32] = [
    0x440154, 0x470D60, 0x48186A, 0x482374, 0x472D7B, 0x453681, 0x424086, 0x3F4989,
    0x3B528B, 0x375A8D, 0x33638D, 0x2F6A8E, 0x2C728E, 0x297A8E, 0x26818E, 0x23898E,
    0x21908C, 0x1F988B, 0x1F9F88, 0x21A685, 0x28AE80, 0x31B57B, 0x3EBC74, 0x4CC26C,
    0x5DC963, 0x6ECE58, 0x82D34C, 0x96D83F, 0xABDC32, 0xC0DF24, 0xD5E21A, 0xEAE51A,
    0xFDE725,
  ]

  /// The colour at `fraction` of the scale; fractions outside of 0 to 1 are taken as its ends, NaN as the lower.
  package func colour(at fraction: Double) -> Colour {
    let position = fraction > 0 ? min(fraction, 1) : 0
    switch self {
    case .grey:
      let level = UInt32((255 * position).rounded())
      return Colour(level << 16 | level << 8 | level)
    case .viridis:
      let colours = Self.viridisColours
      let place = position * Double(colours.count - 1)
      let first = min(Int(place), colours.count - 2)
      let part = place - Double(first)
      var hex: UInt32 = 0
      for shift: UInt32 in [16, 8, 0] {
        let from = Double(colours[first] >> shift & 0xFF)
        let to = Double(colours[first + 1] >> shift & 0xFF)
        hex |= UInt32((from + part * (to - from)).rounded()) << shift
      }
      return Colour(hex)
    }
  }

  /// A picture of `width × height` values, row by row from the top. The lowest of `range` gets the scale's first
  /// colour and the highest its last; values outside of it, those of its nearer end.
  package func image(
    of values: [Float], width: Int, height: Int, range: ClosedRange<Float>
  ) -> Image {
    precondition(values.count == width * height, "ColourScale: value count differs")
    let extent = Double(range.upperBound) - Double(range.lowerBound)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * values.count)
    for value in values {
      let above = Double(value) - Double(range.lowerBound)
      let colour = colour(at: extent > 0 ? above / extent : (above > 0 ? 1 : 0))
      pixels += [colour.red, colour.green, colour.blue]
    }
    return Image(width: width, height: height, channels: 3, pixels: pixels)
  }
}
