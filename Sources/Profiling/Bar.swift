/// Bars of text: eighths of a character tell lengths apart.
package enum Bar {
  /// A bar whose length is to `width` characters as `value` to `largest`; nothing where there is nothing to show.
  package static func text(_ value: Double, of largest: Double, width: Int = 16) -> String {
    guard value > 0, largest > 0, value.isFinite, largest.isFinite else { return "" }
    let eighths = Int((min(value / largest, 1) * Double(width) * 8).rounded())
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
  }

  /// A line of characters as high as the values are to `largest`, at most `width` of them: each stands for the highest of
  /// its neighbours.
  package static func profile(_ values: [Double], of largest: Double, width: Int = 60) -> String {
    guard largest > 0, !values.isEmpty, width > 0 else { return "" }
    let levels = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    let count = min(width, values.count)
    return (0..<count).map { column in
      let range = column * values.count / count..<(column + 1) * values.count / count
      let highest = values[range].max() ?? 0
      let level = Int((highest / largest * 8).rounded(.up)) - 1
      return levels[min(max(level, 0), 7)]
    }.joined()
  }
}
