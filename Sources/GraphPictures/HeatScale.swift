/// Colours for amounts: ColorBrewer's OrRd, which gets darker all the way, so that it is told apart in grey and with
/// any colour vision (Harrower and Brewer 2003).
package enum HeatScale {
  /// The scale's colours, from nothing to the most.
  package static let colours: [(red: Double, green: Double, blue: Double)] = [
    (255, 250, 242), (254, 232, 200), (253, 212, 158), (253, 187, 132), (252, 141, 89),
    (239, 101, 72), (215, 48, 31), (179, 0, 0),
  ]

  /// Position on the scale of an amount next to the greatest: the square root, since a few nodes have most of it.
  package static func position(_ amount: Double, of greatest: Double) -> Double {
    guard amount > 0, greatest > 0 else { return 0 }
    return min(1, (amount / greatest).squareRoot())
  }

  /// The colour at a position of 0 to 1, and black or white for text on it.
  package static func colour(at position: Double) -> (fill: String, text: String) {
    let place = min(max(position, 0), 1) * Double(colours.count - 1)
    let index = min(Int(place), colours.count - 2)
    let part = place - Double(index)
    let (low, high) = (colours[index], colours[index + 1])
    let mixed = [
      low.red + (high.red - low.red) * part, low.green + (high.green - low.green) * part,
      low.blue + (high.blue - low.blue) * part,
    ]
    let luminance = 0.299 * mixed[0] + 0.587 * mixed[1] + 0.114 * mixed[2]
    let digits = mixed.map { value in
      let text = String(Int(value.rounded()), radix: 16)
      return text.count == 1 ? "0" + text : text
    }
    return ("#" + digits.joined(), luminance > 140 ? "#111" : "#fff")
  }
}
