import Drawing
import Imaging

/// The images that a network was most wrong about, each with what it is and what it was taken for.
struct MistakesPicture {
  /// What was found out.
  var report: EvaluateReport
  /// The image of each of the report's mistakes.
  var images: [Image]

  private static let cell = 104.0
  private static let gap = 14.0
  private static let most = 10
  private static let caption = TextStyle(size: 9, isBold: true)
  private static let taken = TextStyle(size: 9, isBold: true, colour: .vermillion)
  private static let share = TextStyle(size: 9, colour: .vermillion)
  private static let place = TextStyle(size: 7, colour: .faint)

  /// Largest side of an image in the file, in pixels.
  private static let side = 240

  /// An image as small as it is drawn.
  static func thumbnail(_ image: Image) throws(InceptError) -> Image {
    let longest = max(image.width, image.height)
    guard longest > side else { return image }
    return try image.resized(
      width: max(1, image.width * side / longest), height: max(1, image.height * side / longest),
      filter: .bilinear)
  }

  /// Draws the file, which appears whole or not at all.
  func write(to file: PlotFile) throws(InceptError) {
    try canvas().write(to: file.path)
  }

  private func canvas() throws(InceptError) -> Canvas {
    let margin = Canvas.margin
    let columns = max(5, min(Self.most, images.count))
    let rows = max(1, (images.count + columns - 1) / columns)
    let captions = 2 * Self.caption.lineHeight + Self.place.lineHeight + 4
    let pitch = Point(Self.cell + Self.gap, Self.cell + captions + Self.gap)
    let head = 46.0
    var canvas = try Canvas(
      width: 2 * margin + Double(columns) * pitch.x - Self.gap,
      height: 2 * margin + head + Double(rows) * pitch.y - Self.gap,
      title: "Worst mistakes, \(report.model.name)")
    let wrong = report.data.images - report.right
    let share = wrong > images.count ? "the \(images.count) worst of \(wrong)" : "all \(wrong)"
    try canvas.head(
      "Worst mistakes, \(report.model.name)",
      details: wrong == 0
        ? "No image of \(report.data.images) was mistaken."
        : "\(share) mistakes among \(report.data.images) images, the lowest probability of the right "
          + "class first; what an image was taken for is in colour")
    for (index, (mistake, image)) in zip(report.mistakes, images).enumerated() {
      let (row, column) = index.quotientAndRemainder(dividingBy: columns)
      let corner = Point(
        margin + Double(column) * pitch.x, margin + head + Double(row) * pitch.y)
      try draw(mistake, image, on: &canvas, at: corner)
    }
    return canvas
  }

  private func draw(
    _ mistake: EvaluateReport.Mistake, _ image: Image, on canvas: inout Canvas, at corner: Point
  ) throws(InceptError) {
    let frame = Rectangle(x: corner.x, y: corner.y, width: Self.cell, height: Self.cell)
    let drawn = canvas.image(image, fittedInto: frame)
    canvas.rectangle(drawn, stroke: .rule)
    let percent = ClassPlot.percent(mistake.probability)
    var base = corner.y + Self.cell + Self.caption.lineHeight
    try canvas.text(mistake.label, at: Point(corner.x, base), Self.caption, width: Self.cell)
    base += Self.caption.lineHeight
    let taken = try canvas.width(of: percent, Self.share)
    try canvas.text(
      mistake.predicted, at: Point(corner.x, base), Self.taken, width: Self.cell - taken - 6)
    try canvas.text(percent, at: Point(corner.x + Self.cell, base), Self.share, .end)
    let file = mistake.image.split(separator: "/").last.map(String.init) ?? mistake.image
    try canvas.text(
      file, at: Point(corner.x, base + Self.place.lineHeight + 1), Self.place, width: Self.cell)
  }
}
