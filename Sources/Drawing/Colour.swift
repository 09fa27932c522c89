/// A colour in sRGB.
package struct Colour: Sendable, Hashable {
  /// Red, 0 to 255.
  package let red: UInt8
  /// Green, 0 to 255.
  package let green: UInt8
  /// Blue, 0 to 255.
  package let blue: UInt8
  /// 0 is invisible, 1 hides what is behind.
  package let opacity: Double

  /// The colour `0xRRGGBB`.
  package init(_ hex: UInt32, opacity: Double = 1) {
    red = UInt8(truncatingIfNeeded: hex >> 16)
    green = UInt8(truncatingIfNeeded: hex >> 8)
    blue = UInt8(truncatingIfNeeded: hex)
    self.opacity = opacity
  }
}

extension Colour {
  /// The ground of every picture.
  package static let paper = Colour(0xFFFFFF)
  /// Text and what matters.
  package static let ink = Colour(0x222222)
  /// Text that steps back; 4.5 : 1 against paper, as WCAG 2 asks for.
  package static let faint = Colour(0x6B6B6B)
  /// Lines that guide the eye.
  package static let rule = Colour(0xE2E2E2)

  // What people with any kind of colour blindness tell apart: M. Okabe and K. Ito, "Color Universal Design", 2008.
  // The yellow of the eight is left out, as it is too faint for lines on white.

  /// Okabe and Ito's blue.
  package static let blue = Colour(0x0072B2)
  /// Okabe and Ito's vermillion.
  package static let vermillion = Colour(0xD55E00)
  /// Okabe and Ito's bluish green.
  package static let green = Colour(0x009E73)
  /// Okabe and Ito's reddish purple.
  package static let purple = Colour(0xCC79A7)
  /// Okabe and Ito's orange.
  package static let orange = Colour(0xE69F00)
  /// Okabe and Ito's sky blue.
  package static let sky = Colour(0x56B4E9)

  /// Colours for series, in the order to take them.
  package static let series: [Colour] = [.blue, .vermillion, .green, .purple, .orange, .sky]
}
