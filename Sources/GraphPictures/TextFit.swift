/// How wide text is at most, without a font at hand.
///
/// Widths are those of DejaVu Sans, among the widest of the sans-serif fonts that viewers choose from, so text that
/// fits by them fits in any other.
package enum TextFit {
  /// The text without what must not be shown: control characters, characters that turn the direction of others,
  /// what XML 1.0 forbids. Each becomes a replacement character; at most `limit` characters are kept.
  package static func clean(_ text: String, limit: Int = 4_096) -> String {
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      guard count < limit else {
        result.append("…")
        break
      }
      result.append(isAllowed(scalar) ? scalar : "\u{FFFD}")
      count += 1
    }
    return String(result)
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E, 0xA0...0x61B: true
    case 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x61C, 0x2028, 0x2029: false
    case 0..<0x20, 0x7F..<0xA0: false
    default: scalar.value & 0xFFFE != 0xFFFE && !(0xFDD0...0xFDEF).contains(scalar.value)
    }
  }

  /// Width of `text` in a font of `size` units, at most.
  package static func width(_ text: String, size: Double, bold: Bool = false) -> Double {
    let units = text.unicodeScalars.reduce(0) { $0 + width(of: $1) }
    return Double(units) / 2_048 * size * (bold ? 1.12 : 1)
  }

  /// The text, cut with an ellipsis where it is wider than `width`.
  package static func fit(
    _ text: String, size: Double, width limit: Double, bold: Bool = false
  ) -> String {
    // What is exactly as wide, by ``width(_:size:bold:)``, must not be cut by rounding.
    let allowed = Int(limit / size / (bold ? 1.12 : 1) * 2_048 + 1e-6)
    let ellipsis = width(of: "…")
    var (used, kept, rest) = (0, 0, false)
    var fitting = 0
    for scalar in text.unicodeScalars {
      used += width(of: scalar)
      if used > allowed {
        rest = true
        break
      }
      kept += 1
      if used + ellipsis <= allowed { fitting = kept }
    }
    guard rest else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(fitting))) + "…"
  }

  private static func width(of scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x20...0x7E: ascii[Int(scalar.value) - 0x20]
    case 0x300...0x36F, 0xFE00...0xFE0F, 0x200B...0x200D: 0
    case 0xD7: 1_716
    case 0x2026: 2_048
    case 0xA0..<0x590: 1_800
    default: 2_600
    }
  }

  /// Advance widths of DejaVu Sans for U+0020 to U+007E, 2048 to the em.
  private static let ascii: [Int] = [
    651, 821, 942, 1716, 1303, 1946, 1597, 563, 799, 799, 1024, 1716, 651, 739, 651, 690,
    1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 690, 690, 1716, 1716, 1716, 1087,
    2048, 1401, 1405, 1430, 1577, 1294, 1178, 1587, 1540, 604, 604, 1343, 1141, 1767, 1532, 1612,
    1235, 1612, 1423, 1300, 1251, 1499, 1401, 2025, 1403, 1251, 1403, 799, 690, 799, 1716, 1024,
    1024, 1255, 1300, 1126, 1300, 1260, 721, 1300, 1298, 569, 569, 1186, 569, 1995, 1298, 1253,
    1300, 1300, 842, 1067, 803, 1298, 1212, 1675, 1212, 1212, 1075, 1303, 690, 1303, 1716,
  ]
}
