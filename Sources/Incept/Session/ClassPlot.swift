import Drawing
import Foundation
import Imaging

/// The probabilities of all classes of some pictures as a chart: sorted from the most probable, on a logarithmic
/// axis, the first ones by name.
struct ClassPlot {
  /// One picture and what the network said of it.
  struct Panel {
    /// The picture's file.
    var file: String
    /// What the network saw.
    var seen: Image
    /// The extents that the network saw it in.
    var seenSize: String
    /// The probability of each class, the most probable first.
    var probabilities: [Double]
    /// Names of the classes in that order; of more than ``barLimit`` classes only the first ones.
    var names: [String]

    /// Notes what a chart needs of a picture and its classes.
    ///
    /// - Throws: `.badData` where the network computed something that is no probability.
    init(
      _ file: String, _ image: Image, _ scores: Pictures.Scores, _ pictures: Pictures, top: Int
    ) throws(InceptError) {
      probabilities = scores.sorted
      if let other = probabilities.first(where: { !(-1e-6...1.001).contains($0) }) {
        throw InceptError(
          .badData, subject: file,
          expected: "expected probabilities of 0 to 1 as the network's result, to draw them",
          found: "\(other)", hint: "without --plot the values are listed as they are")
      }
      self.file = file
      let count = probabilities.count
      names = scores.top(count > ClassPlot.barLimit ? top : count).map(\.label)
      (seen, seenSize) = try pictures.seen(image, limit: ClassPlot.seenLimit)
    }
  }

  /// What was run on what.
  var report: RunReport
  /// The pictures, in order.
  var panels: [Panel]
  /// How many classes of each are named.
  var top: Int

  /// Most classes that get a bar each, with all their names.
  static let barLimit = 20
  /// Most classes that are named at a curve.
  static let nameLimit = 40
  /// Largest side of a picture's image in the file, in pixels.
  static let seenLimit = 320

  private static let name = TextStyle(size: 12, isBold: true)
  private static let thumbnail = 136.0
  private static let panelWidth = 640.0

  /// Draws the file, which appears whole or not at all.
  func write(to file: PlotFile) throws(InceptError) {
    try canvas().write(to: file.path)
  }

  /// One axis for all panels, so that they can be compared.
  private var probabilities: Axis {
    Axis(
      "probability", logarithmicCovering: panels.flatMap(\.probabilities) + [1],
      decades: Self.decades)
  }

  /// Most decades of the axis of probabilities.
  private static let decades = 15

  private var columns: Int { panels.count <= 3 ? 1 : panels.count <= 12 ? 2 : 3 }

  /// Bars need a height for each, a curve does not.
  private var panelHeight: Double {
    let classes = panels.map(\.probabilities.count).max() ?? 0
    guard classes > Self.barLimit else {
      return max(Self.thumbnail + 44, 62 + 17 * Double(classes))
    }
    return 270 + 12 * Double(max(0, min(top, Self.nameLimit) - 5))
  }

  private func canvas() throws(InceptError) -> Canvas {
    let rows = (panels.count + columns - 1) / columns
    let margin = Canvas.margin
    let head = 54.0
    var canvas = try Canvas(
      width: margin + Double(columns) * (Self.panelWidth + margin),
      height: margin + head + Double(rows) * (panelHeight + margin),
      title: "Class probabilities, \(report.model.name)")
    try drawHead(on: &canvas)
    for (index, panel) in panels.enumerated() {
      let (row, column) = index.quotientAndRemainder(dividingBy: columns)
      let frame = Rectangle(
        x: margin + Double(column) * (Self.panelWidth + margin),
        y: margin + head + Double(row) * (panelHeight + margin), width: Self.panelWidth,
        height: panelHeight)
      try draw(panel, on: &canvas, in: frame)
    }
    return canvas
  }

  private func drawHead(on canvas: inout Canvas) throws(InceptError) {
    let accuracy = "accuracy \(report.accuracy.rawValue)\(report.precision.remark)"
    try canvas.head(
      "Class probabilities, \(report.model.name)",
      details:
        "\(report.device.name) (\(report.device.platform)), \(accuracy), weights \(report.model.weights)"
    )
    if report.model.isSynthetic {
      try canvas.text(
        "The weights are made up: results mean nothing.",
        at: Point(Canvas.margin, Canvas.margin + 43), .warning,
        width: canvas.width - 2 * Canvas.margin)
    }
  }

  private func draw(
    _ panel: Panel, on canvas: inout Canvas, in frame: Rectangle
  ) throws(InceptError) {
    // The end of a path says more than its beginning.
    let file = panel.file.split(separator: "/").last.map(String.init) ?? panel.file
    try canvas.text(
      file, at: Point(frame.x, frame.y + Self.name.size), Self.name, width: frame.width)
    let top = frame.y + Self.name.lineHeight + 6
    let place = canvas.image(
      panel.seen,
      fittedInto: Rectangle(
        x: frame.x, y: top, width: Self.thumbnail, height: Self.thumbnail))
    canvas.rectangle(place, stroke: .faint)
    try canvas.text(
      "what the network sees, \(panel.seenSize)",
      at: Point(frame.x, place.bottom + TextStyle.caption.lineHeight), .caption,
      width: Self.thumbnail)
    let left = frame.x + Self.thumbnail + 16
    let room = Rectangle(
      x: left, y: top - 5, width: frame.x + frame.width - left, height: frame.y + frame.height - top
    )
    let chart = panel.probabilities.count > Self.barLimit ? curve(panel) : bars(panel)
    try chart.draw(on: &canvas, in: room)
  }

  private func axis(_ panel: Panel) -> Axis {
    let axis = probabilities
    let below = panel.probabilities.count { $0 < axis.range.lowerBound }
    guard below > 0 else { return axis }
    return Axis(
      "probability (below the axis: \(below) of \(panel.probabilities.count) classes)",
      logarithmic: axis.range)
  }

  /// A bar for each class, with its name.
  private func bars(_ panel: Panel) -> Chart {
    let points = panel.probabilities.enumerated().map { Point($1, Double($0)) }
    let axis = axis(panel)
    return Chart(
      x: axis, y: Axis("", categories: panel.names),
      series: [
        .init(.bars, Array(points.prefix(top)), .blue),
        .init(.bars, Array(points.dropFirst(top)), Colour(0xB8C4CC)),
      ],
      callouts: points.prefix(top).enumerated().map { rank, point in
        .init(
          at: Point(max(point.x, axis.range.lowerBound), point.y), Self.percent(point.x),
          isBold: rank == 0)
      })
  }

  /// A curve through all classes, with dots for those that are named.
  private func curve(_ panel: Panel) -> Chart {
    let top = min(top, Self.nameLimit)
    let points = panel.probabilities.enumerated().map { Point(Double($0 + 1), $1) }
    return Chart(
      x: Axis(
        "rank of the class, of \(points.count)", logarithmic: 1...Double(points.count)),
      y: axis(panel),
      series: [
        .init(.line, points, .blue),
        .init(.dots, Array(points.prefix(top)), .vermillion),
      ],
      callouts: zip(points.prefix(top), panel.names).enumerated().map { rank, entry in
        .init(at: entry.0, "\(Self.percent(entry.0.y)) \(entry.1)", isBold: rank == 0)
      })
  }

  /// `35.52 %`, `0.0031 %`, `< 0.0001 %`: for less the axis says more.
  static func percent(_ probability: Double) -> String {
    let percent = 100 * probability
    if percent >= 0.01 { return String(format: "%.2f %%", percent) }
    return percent >= 0.0001 ? String(format: "%.4f %%", percent) : "< 0.0001 %"
  }
}
