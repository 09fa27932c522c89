import TensorCore

/// How text looks.
package struct TextStyle: Sendable, Hashable {
  /// Size of the font in points.
  package var size: Double
  /// Whether it is set in bold.
  package var isBold: Bool
  /// Its colour.
  package var colour: Colour

  /// Creates a style.
  package init(size: Double, isBold: Bool = false, colour: Colour = .ink) {
    self.size = size
    self.isBold = isBold
    self.colour = colour
  }

  /// From the baseline to the top of capitals, in points; typical of sans-serif fonts.
  var capHeight: Double { 0.72 * size }
  /// From one line to the next, in points.
  package var lineHeight: Double { 1.3 * size }
}

/// Measures text with the font it will be drawn in, and cuts what is too long.
package final class Typesetter {
  private let regular: CairoFont
  private let bold: CairoFont
  private var advances: [Glyph: Double?] = [:]

  private struct Glyph: Hashable {
    let scalar: Unicode.Scalar
    let isBold: Bool
  }

  /// Finds the machine's fonts.
  package init() throws(InceptError) {
    regular = try CairoFont(isBold: false)
    bold = try CairoFont(isBold: true)
  }

  /// The width of `text` in points.
  package func width(_ text: String, _ style: TextStyle) throws(InceptError) -> Double {
    var total = 0.0
    for scalar in text.unicodeScalars {
      total += try width(of: scalar, isBold: style.isBold)
    }
    return total * style.size
  }

  /// `text` in one line that is at most `limit` points wide; what is too long ends in `…`. Empty where not even
  /// that fits.
  package func fitted(
    _ text: String, _ style: TextStyle, limit: Double
  ) throws(InceptError) -> String {
    let text = Label.printable(text)
    guard try width(text, style) > limit else { return text }
    var room = limit / style.size - (try width(of: "…", isBold: style.isBold))
    guard room >= 0 else { return "" }
    var kept = ""
    // By characters, so that no accent loses its letter.
    for character in text {
      for scalar in character.unicodeScalars {
        room -= try width(of: scalar, isBold: style.isBold)
      }
      guard room >= 0 else { break }
      kept.append(character)
    }
    while kept.last == " " { kept.removeLast() }
    return kept + "…"
  }

  /// `text` with other characters for those that the font lacks.
  package func drawable(_ text: String, isBold: Bool) throws(InceptError) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let has = try advance(of: scalar, isBold: isBold) != nil
      result += has ? String(scalar) : Label.substitute(scalar)
    }
    return result
  }

  private func width(of scalar: Unicode.Scalar, isBold: Bool) throws(InceptError) -> Double {
    if let width = try advance(of: scalar, isBold: isBold) { return width }
    var width = 0.0
    for other in Label.substitute(scalar).unicodeScalars {
      width += try advance(of: other, isBold: isBold) ?? 0
    }
    return width
  }

  private func advance(of scalar: Unicode.Scalar, isBold: Bool) throws(InceptError) -> Double? {
    let glyph = Glyph(scalar: scalar, isBold: isBold)
    if let known = advances[glyph] { return known }
    let advance = isBold ? try bold.advance(of: scalar) : try regular.advance(of: scalar)
    advances[glyph] = .some(advance)
    return advance
  }
}
