import Drawing
import Foundation
import Imaging

/// A confusion matrix: a row for each class, a column for each class that its images were taken for.
struct ConfusionPicture {
  /// What was found out.
  var report: EvaluateReport
  /// Number of the network's classes.
  var classes: Int

  /// Most classes whose cells get numbers and names.
  private static let namedLimit = 32
  /// Most classes that a picture can tell apart.
  static let limit = 2000

  private static let head = 46.0
  private static let title = TextStyle(size: 10, isBold: true)
  private static let name = TextStyle(size: 10)

  /// Draws the file, which appears whole or not at all.
  ///
  /// - Throws: `.usage` for more classes than a picture can tell apart.
  func write(to file: PlotFile) throws(InceptError) {
    guard report.classes.count <= Self.limit else {
      throw InceptError(
        .usage, subject: "confusion matrix '\(file.path)'",
        expected: "expected at most \(Self.limit) classes in one picture",
        found: "\(report.classes.count)", hint: "--format json has the matrix")
    }
    let canvas =
      report.classes.count <= Self.namedLimit ? try numbered() : try coloured()
    try canvas.write(to: file.path)
  }

  private func drawHead(on canvas: inout Canvas) throws(InceptError) {
    let accuracy = String(format: "%.2f %%", 100 * report.accuracy)
    try canvas.head(
      "Confusion matrix, \(report.model.name)",
      details: "\(accuracy) of \(report.data.images) images right, \(report.data.path)")
  }

  // MARK: Few classes

  private func numbered() throws(InceptError) -> Canvas {
    let margin = Canvas.margin
    let entries = report.classes
    let digits = entries.map { "\($0.count)".count }.max() ?? 1
    let cell = max(27.0, 7 * Double(digits) + 8)
    let label = try labelWidth(entries.map(\.label))
    let share = 44.0
    // The title of the last line needs room too.
    let left = margin + max(18 + label + 8, 54)
    // Column names are turned where they are longer than a cell.
    let isTurned = label > cell - 4
    let top = margin + Self.head + 16 + (isTurned ? label + 8 : 18)
    let side = cell * Double(entries.count)
    var canvas = try Canvas(
      width: max(left + side + share + margin, 420), height: top + side + 24 + margin,
      title: "Confusion matrix, \(report.model.name)")
    try drawHead(on: &canvas)
    try canvas.text(
      "taken for", at: Point(left + side / 2, margin + Self.head + 8), Self.title, .middle)
    try canvas.text(
      "is", at: Point(margin + 10, top + side / 2), Self.title, .middle, isTurned: true)
    var counts: [[Int]: Int] = [:]
    for pair in report.confusion { counts[[pair.label, pair.predicted]] = pair.count }
    for (row, entry) in entries.enumerated() {
      let y = top + (Double(row) + 0.5) * cell
      try canvas.text(
        entry.label, at: Point(left - 8, y + 3.5), Self.name, .end, width: label)
      for (column, other) in entries.enumerated() {
        let place = Rectangle(
          x: left + Double(column) * cell, y: top + Double(row) * cell, width: cell, height: cell)
        try draw(
          counts[[entry.index, other.index]] ?? 0, of: entry, isRight: row == column, in: place,
          on: &canvas)
      }
      try canvas.text(
        Self.share(entry.recall), at: Point(left + side + share, y + 3), .small, .end)
      let x = left + (Double(row) + 0.5) * cell
      try canvas.text(
        entry.label, at: Point(isTurned ? x + 3.5 : x, top - 6), Self.name,
        isTurned ? .start : .middle, width: isTurned ? label : cell, isTurned: isTurned)
      try canvas.text(
        Self.share(entry.precision), at: Point(x, top + side + 14), .caption, .middle,
        width: cell)
    }
    canvas.rectangle(
      Rectangle(x: left, y: top, width: side, height: side), stroke: .faint, width: 0.75)
    try canvas.text("recall", at: Point(left + side + share, top - 6), .small, .end)
    try canvas.text("precision", at: Point(left - 8, top + side + 14), .small, .end)
    return canvas
  }

  private func draw(
    _ count: Int, of entry: EvaluateReport.Class, isRight: Bool, in place: Rectangle,
    on canvas: inout Canvas
  ) throws(InceptError) {
    let share = entry.count > 0 ? Double(count) / Double(entry.count) : 0
    // A few mistakes must be seen beside many right ones.
    let strength = count == 0 ? 0 : isRight ? 0.15 + 0.85 * share : 0.2 + 0.8 * share.squareRoot()
    let colour = Self.tint(isRight ? .blue : .vermillion, strength)
    canvas.rectangle(place, fill: colour, stroke: .rule)
    guard count > 0 else { return }
    try canvas.text(
      "\(count)", at: Point(place.x + place.width / 2, place.y + place.height / 2 + 3.5),
      TextStyle(size: 10, isBold: !isRight, colour: strength > 0.6 ? .paper : .ink), .middle,
      width: place.width)
  }

  /// A colour mixed with paper.
  private static func tint(_ colour: Colour, _ strength: Double) -> Colour {
    func mix(_ level: UInt8) -> UInt32 {
      UInt32((255 + strength * (Double(level) - 255)).rounded())
    }
    return Colour(mix(colour.red) << 16 | mix(colour.green) << 8 | mix(colour.blue))
  }

  private static func share(_ value: Double) -> String {
    value.isNaN ? "-" : String(format: "%.1f", 100 * value)
  }

  private func labelWidth(_ labels: [String]) throws(InceptError) -> Double {
    let ruler = try Canvas(width: 10, height: 10, title: "")
    var width = 8.0
    for label in labels {
      width = max(width, try ruler.width(of: label, Self.name, limit: 110))
    }
    return width
  }

  // MARK: Many classes

  private func coloured() throws(InceptError) -> Canvas {
    let margin = Canvas.margin
    let entries = report.classes
    let count = entries.count
    let pixels = Double(max(1, 600 / count))
    let side = pixels * Double(count)
    let label = min(120, try labelWidth(entries.map(\.label)))
    let left = margin + 18 + label + 8
    let top = margin + Self.head + 24
    var canvas = try Canvas(
      width: left + side + margin, height: top + side + 30 + margin,
      title: "Confusion matrix, \(report.model.name)")
    try drawHead(on: &canvas)
    var places: [Int: Int] = [:]
    for (place, entry) in entries.enumerated() { places[entry.index] = place }
    var values = [Float](repeating: 0, count: count * count)
    for pair in report.confusion {
      guard let row = places[pair.label], let column = places[pair.predicted] else { continue }
      let share = Double(pair.count) / Double(max(entries[row].count, 1))
      values[row * count + column] = Float(share.squareRoot())
    }
    let image = ColourScale.viridis.image(of: values, width: count, height: count, range: 0...1)
    let frame = Rectangle(x: left, y: top, width: side, height: side)
    canvas.image(image, in: frame)
    canvas.rectangle(frame, stroke: .faint)
    try canvas.text("taken for", at: Point(left + side / 2, top - 8), Self.title, .middle)
    try canvas.text(
      "is", at: Point(margin + 10, top + side / 2), Self.title, .middle, isTurned: true)
    // As many names as have room.
    let step = max(1, Int((11 / pixels).rounded(.up)))
    for row in stride(from: 0, to: count, by: step) {
      try canvas.text(
        entries[row].label, at: Point(left - 8, top + (Double(row) + 0.5) * pixels + 3),
        TextStyle(size: 8), .end, width: label)
    }
    try canvas.text(
      "\(count) classes; dark: no image of the row's class, bright: all of them (scale of square roots)",
      at: Point(left, top + side + 16), .small, width: side)
    return canvas
  }
}
