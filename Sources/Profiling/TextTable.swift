/// A table for a terminal: columns padded to their widest cell, two spaces apart, nothing behind the last.
package struct TextTable: Sendable {
  /// On which side of its column a cell stands.
  package enum Alignment: Sendable, Hashable { case left, right }

  private let alignments: [Alignment]
  private var rows: [[String]]

  /// A table with the given column titles; empty titles all over leave out the title line.
  package init(_ columns: [(title: String, alignment: Alignment)]) {
    alignments = columns.map(\.alignment)
    let titles = columns.map(\.title)
    rows = titles.allSatisfy(\.isEmpty) ? [] : [titles]
  }

  /// Adds a line; cells beyond the columns are dropped, missing ones are empty.
  package mutating func add(_ cells: [String]) {
    rows.append(alignments.indices.map { $0 < cells.count ? Self.printable(cells[$0]) : "" })
  }

  /// The table, every line ended.
  package func text() -> String {
    let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        if column > 0 { line += "  " }
        line += alignments[column] == .right ? padding + cell : cell + padding
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
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
