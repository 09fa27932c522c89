/// Text out of files and command lines, made fit for a picture.
package enum Label {
  /// Longest text in Unicode scalars. Nothing wider fits a picture, and combining marks have no width.
  package static let limit = 256

  /// `text` as one line: what steers printers (controls, marks of direction, joiners) is left out, breaks are
  /// spaces.
  package static func printable(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(limit + 1) {
      guard result.count < limit else {
        result.append("…")
        break
      }
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator:
        result.append(" ")
      case .format, .surrogate:
        continue
      case .unassigned, .privateUse:
        result.append("\u{FFFD}")
      default:
        result.append(scalar)
      }
    }
    return String(result)
  }

  /// What stands for a scalar that a font has no glyph for.
  static func substitute(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "…": "..."
    case "−": "-"
    case "×": "x"
    default: "?"
    }
  }
}
