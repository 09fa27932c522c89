/// A table for a terminal: columns padded to their widest cell, two spaces apart, nothing behind the last. It can be made
/// to fit a width: long cells of the columns that allow it are elided. Without a width every cell is whole.
package struct TextTable: Sendable {
  /// On which side of its column a cell stands.
  package enum Alignment: Sendable, Hashable { case left, right }

  /// How a column's cells are made shorter.
  package enum Fit: Sendable, Hashable {
    /// They are not.
    case whole
    /// The middle is left out: `Mixed_5b.br…1x1.conv`.
    case middle
    /// The end is left out.
    case end
    /// Blanks behind commas are left out, then the last items, which are counted: `[1,35,35,64] +2`.
    case list
  }

  /// A column.
  package struct Column: Sendable {
    let title: String
    let alignment: Alignment
    let fit: Fit
    let least: Int
    let turn: Int

    /// A column that is never made narrower than its title and `least` characters. Columns of an earlier `turn` are made
    /// as narrow as they may be before others are.
    package init(
      _ title: String, _ alignment: Alignment = .left, fit: Fit = .whole, least: Int = 0,
      turn: Int = 0
    ) {
      self.title = title
      self.alignment = alignment
      self.fit = fit
      self.least = max(least, title.count)
      self.turn = turn
    }
  }

  private struct Row {
    var cells: [[String]]
    var notes: [String] = []
  }

  private let columns: [Column]
  private var rows: [Row] = []

  /// A table with the given columns; empty titles all over leave out the title line.
  package init(_ columns: [Column]) {
    self.columns = columns
    guard columns.contains(where: { !$0.title.isEmpty }) else { return }
    rows = [Row(cells: columns.map { [$0.title] })]
  }

  /// A table whose cells are always whole.
  package init(_ columns: [(title: String, alignment: Alignment)]) {
    self.init(columns.map { Column($0.title, $0.alignment) })
  }

  /// Whether there are no lines but the titles.
  package var isEmpty: Bool {
    rows.isEmpty || (rows.count == 1 && columns.contains { !$0.title.isEmpty })
  }

  /// Adds a line; cells beyond the columns are dropped, missing ones are empty.
  package mutating func add(_ cells: [String]) { add(cells.map { [$0] }) }

  /// Adds a line whose cells are lists of items, mostly of one; notes are lines of their own below, indented and never
  /// cut.
  package mutating func add(_ cells: [[String]], notes: [String] = []) {
    let cells = columns.indices.map { column in
      column < cells.count ? cells[column].map(Self.printable) : []
    }
    rows.append(Row(cells: cells, notes: notes.map(Self.printable)))
  }

  /// Whether lines of `width` characters hold the table as it is.
  package func fits(_ width: Int) -> Bool { total(naturalWidths(rows)) <= width }

  /// The table, every line ended; at most `width` characters a line where the columns' least widths allow that.
  package func text(width: Int? = nil) -> String {
    var rows = rows
    var widths = naturalWidths(rows)
    if let width, total(widths) > width {
      for row in rows.indices {
        for column in columns.indices where columns[column].fit == .list {
          rows[row].cells[column] = rows[row].cells[column].map(Self.withoutBlanks)
        }
      }
      widths = fitted(naturalWidths(rows), to: width)
    }
    var text = ""
    for row in rows {
      text += line(row, widths)
      for note in row.notes { text += "      \(note)\n" }
    }
    return text
  }

  private func line(_ row: Row, _ widths: [Int]) -> String {
    var line = ""
    for (index, column) in columns.enumerated() {
      let cell = Self.shortened(row.cells[index], to: widths[index], column.fit)
      let padding = String(repeating: " ", count: max(0, widths[index] - cell.count))
      if index > 0 { line += "  " }
      line += column.alignment == .right ? padding + cell : cell + padding
    }
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }

  private func naturalWidths(_ rows: [Row]) -> [Int] {
    columns.indices.map { column in
      rows.map { Self.joined($0.cells[column]).count }.max() ?? 0
    }
  }

  private func total(_ widths: [Int]) -> Int {
    widths.reduce(0, +) + 2 * max(0, widths.count - 1)
  }

  /// The widths with those of the columns that may be cut reduced, turn by turn, so that all fit. The columns of a turn
  /// are reduced to one width.
  private func fitted(_ widths: [Int], to width: Int) -> [Int] {
    var widths = widths
    for turn in Set(columns.map(\.turn)).sorted() where total(widths) > width {
      let own = columns.indices.filter { columns[$0].turn == turn && columns[$0].fit != .whole }
      func capped(_ cap: Int) -> [Int] {
        var result = widths
        for column in own { result[column] = min(widths[column], max(cap, columns[column].least)) }
        return result
      }
      var (low, high) = (0, widths.max() ?? 0)
      while low < high {
        let cap = (low + high + 1) / 2
        if total(capped(cap)) <= width { low = cap } else { high = cap - 1 }
      }
      var result = capped(low)
      // What rounding left over.
      for column in own where total(result) < width && result[column] < widths[column] {
        result[column] += 1
      }
      widths = result
    }
    return widths
  }

  private static func joined(_ items: [String]) -> String { items.joined(separator: ", ") }

  private static func withoutBlanks(_ item: String) -> String {
    item.hasSuffix("]") ? item.filter { $0 != " " } : item
  }

  private static func shortened(_ items: [String], to width: Int, _ fit: Fit) -> String {
    let whole = joined(items)
    guard whole.count > width else { return whole }
    switch fit {
    case .whole: return whole
    case .end: return whole.prefix(max(0, width - 1)) + "…"
    case .middle: return middle(whole, width)
    case .list:
      for kept in stride(from: items.count - 1, to: 0, by: -1) {
        let text = joined(Array(items[..<kept])) + " +\(items.count - kept)"
        if text.count <= width { return text }
      }
      guard let first = items.first, items.count > 1 else { return middle(whole, width) }
      let count = " +\(items.count - 1)"
      return middle(first, width - count.count) + count
    }
  }

  private static func middle(_ text: String, _ width: Int) -> String {
    guard text.count > width else { return text }
    let kept = max(0, width - 1)
    return text.prefix((kept + 1) / 2) + "…" + text.suffix(kept / 2)
  }
}

extension TextTable {
  /// Words broken into lines of at most `width` characters where that is possible, the further ones indented.
  package static func wrapped(_ text: String, to width: Int?) -> String {
    guard let width, text.count > width else { return text + "\n" }
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = "  \(word)"
      } else {
        line += line.isEmpty && lines.isEmpty ? word : " \(word)"
      }
    }
    return (lines + [line]).joined(separator: "\n") + "\n"
  }

  /// Names come out of files: control characters must not reach the terminal.
  package static func printable(_ cell: String) -> String {
    guard cell.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      return cell
    }
    return cell.unicodeScalars
      .map { $0.properties.generalCategory == .control ? "?" : String($0) }.joined()
  }
}
