import Foundation

/// Numbers in few letters, for pictures and tables.
enum NumberWords {
  /// Three digits that count: `0.159`, `-2.61`, `1.26e6`; 0 for what is rounding beside numbers as large as `largest`.
  static func short(_ value: Double, beside largest: Double = 0) -> String {
    guard value.isFinite else { return "\(value)" }
    guard abs(value) > largest * rounding, value != 0 else { return "0" }
    let size = abs(value)
    guard (1e-3..<1e4).contains(size) else {
      let parts = String(format: "%.2e", value).split(separator: "e")
      let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
      return trimmed(String(parts[0])) + "e\(power)"
    }
    let decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3
    return trimmed(String(format: "%.*f", decimals, value))
  }

  /// What sums in float32 may be off by.
  private static let rounding = 1e-7

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }
}
