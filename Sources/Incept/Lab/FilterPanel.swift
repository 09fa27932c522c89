import Drawing
import Foundation
import Imaging

/// The picture `raw · conv 1 … conv n · filter` of a result.
struct FilterPanel {
  /// One image of the panel.
  private struct Cell {
    var title: String
    var values: [Float]
    var rows: Int
    var columns: Int
    /// What is black and what is white.
    var range: ClosedRange<Float>
  }

  private let cells: [Cell]
  private let title: String
  private let details: String
  /// The marked part, as parts of the raw picture's sides.
  private let mark: Rectangle?
  /// Most images in a row.
  private let perRow: Int
  /// Images that there is room for: an animation has as many in each frame.
  private let places: Int

  private static let margin = 20.0
  private static let gap = 16.0
  /// 256 pixels of a PNG file, so that a picture of as many is drawn pixel for pixel.
  private static let side = 128.0
  private static let titleHeight = 15.0
  private static let barHeight = 7.0
  private static let labelHeight = 13.0
  private static let rowGap = 12.0
  private static let head = 44.0
  private static let heading = TextStyle(size: 13, isBold: true)
  private static let small = TextStyle(size: 8.5, colour: .faint)
  private static let cellTitle = TextStyle(size: 10, isBold: true)
  private static let label = TextStyle(size: 8)

  /// Makes a panel; see ``FilterResult/write(to:range:marking:)``.
  ///
  /// - Parameter places: Images to leave room for, where there are fewer.
  init(
    _ result: FilterResult, range: ClosedRange<Double>?, mark: ClassifyOptions.Crop?,
    places: Int = 0
  ) {
    let given = range.map { Float($0.lowerBound)...Float($0.upperBound) }
    var cells = result.outputs.enumerated().map { index, output in
      let values = output.tensor.floats()
      return Cell(
        title: index == 0 ? "raw" : "conv \(index)", values: values,
        rows: output.tensor.shape[1], columns: output.tensor.shape[2],
        range: given ?? Self.ownRange(values))
    }
    let filter = result.filter
    let values = filter.values.map { Float($0) }
    cells.append(
      Cell(
        title: "filter", values: values, rows: filter.rows, columns: filter.columns,
        range: Self.ownRange(values)))
    self.cells = cells
    self.places = max(places, cells.count)
    perRow = min(self.places, 6)
    title = "Filter \(filter.summary)"
    let picture = result.source
    let crop = picture.crop
    let file = picture.file.split(separator: "/").last.map(String.init) ?? picture.file
    details =
      "\(file), \(crop.width)x\(crop.height) from \(crop.x),\(crop.y); \(result.chain.summary)"
    self.mark = mark.map { mark in
      Rectangle(
        x: Double(mark.x - crop.x) / Double(crop.width),
        y: Double(mark.y - crop.y) / Double(crop.height),
        width: Double(mark.width) / Double(crop.width),
        height: Double(mark.height) / Double(crop.height))
    }
  }

  /// From the lowest to the highest value; what is not finite counts for nothing.
  private static func ownRange(_ values: [Float]) -> ClosedRange<Float> {
    let finite = values.lazy.filter(\.isFinite)
    return (finite.min() ?? 0)...(finite.max() ?? 0)
  }

  /// Draws the panel.
  func canvas() throws(InceptError) -> Canvas {
    let rows = (places + perRow - 1) / perRow
    let height = Self.titleHeight + Self.side + 6 + Self.barHeight + Self.labelHeight + Self.rowGap
    var canvas = try Canvas(
      width: 2 * Self.margin + Double(perRow) * (Self.side + Self.gap) - Self.gap,
      height: Self.margin + Self.head + Double(rows) * height, title: title)
    let width = canvas.width - 2 * Self.margin
    try canvas.text(
      title, at: Point(Self.margin, Self.margin + 11), Self.heading, width: width)
    try canvas.text(
      details, at: Point(Self.margin, Self.margin + 26), Self.small, width: width)
    for (index, cell) in cells.enumerated() {
      let (row, column) = index.quotientAndRemainder(dividingBy: perRow)
      let corner = Point(
        Self.margin + Double(column) * (Self.side + Self.gap),
        Self.margin + Self.head + Double(row) * height)
      let place = try draw(cell, at: corner, on: &canvas)
      if index == 0, let mark { try frame(mark, in: place, on: &canvas) }
    }
    return canvas
  }

  private func draw(
    _ cell: Cell, at corner: Point, on canvas: inout Canvas
  ) throws(InceptError) -> Rectangle {
    try canvas.text(cell.title, at: Point(corner.x, corner.y + 9), Self.cellTitle)
    try canvas.text(
      "\(cell.columns)x\(cell.rows)", at: Point(corner.x + Self.side, corner.y + 9), Self.small,
      .end)
    let top = corner.y + Self.titleHeight
    let image = try Self.image(of: cell)
    let room = Rectangle(x: corner.x, y: top, width: Self.side, height: Self.side)
    let place = canvas.image(image, centredIn: room)
    canvas.rectangle(place, stroke: .faint, width: 0.25)
    try drawBar(
      cell.range,
      in: Rectangle(
        x: corner.x, y: top + Self.side + 6, width: Self.side, height: Self.barHeight), on: &canvas)
    return place
  }

  /// The levels from black to white, with what they stand for.
  private func drawBar(
    _ range: ClosedRange<Float>, in bar: Rectangle, on canvas: inout Canvas
  ) throws(InceptError) {
    // As many pixels as a PNG file has there: an enlarged strip would fade at its edges.
    let (width, height) = (Int(2 * bar.width), Int(2 * bar.height))
    let line = (0..<width).map { UInt8($0 * 255 / max(width - 1, 1)) }
    let levels = Image(
      width: width, height: height, channels: 1,
      pixels: [UInt8]((0..<height).map { _ in line }.joined()))
    canvas.image(levels, in: bar)
    canvas.rectangle(bar, stroke: .faint, width: 0.25)
    let baseline = bar.bottom + 9
    let (low, high) = (Double(range.lowerBound), Double(range.upperBound))
    let lowText = Self.number(low)
    let highText = Self.number(high)
    try canvas.text(lowText, at: Point(bar.x, baseline), Self.label)
    guard low < high else { return }
    try canvas.text(highText, at: Point(bar.right, baseline), Self.label, .end)
    guard low < 0, high > 0 else { return }
    let zero = bar.x - low / (high - low) * bar.width
    canvas.line([Point(zero, bar.bottom), Point(zero, bar.bottom + 2)], .ink, width: 0.5)
    let left = bar.x + (try canvas.width(of: lowText, Self.label)) + 5
    let right = bar.right - (try canvas.width(of: highText, Self.label)) - 5
    if zero > left, zero < right {
      try canvas.text("0", at: Point(zero, baseline), Self.label, .middle)
    }
  }

  private static func number(_ value: Double) -> String {
    NumberWords.short(value).replacingOccurrences(of: "-", with: "−")
  }

  private func frame(
    _ mark: Rectangle, in place: Rectangle, on canvas: inout Canvas
  ) throws(InceptError) {
    let frame = Rectangle(
      x: place.x + mark.x * place.width, y: place.y + mark.y * place.height,
      width: mark.width * place.width, height: mark.height * place.height)
    try canvas.clipped(to: place) { canvas in
      canvas.rectangle(frame, stroke: .vermillion, width: 1.5)
    }
  }

  /// The values in grey, of the size that the panel has room for.
  private static func image(of cell: Cell) throws(InceptError) -> Image {
    let low = cell.range.lowerBound
    let extent = Double(cell.range.upperBound) - Double(low)
    let pixels = cell.values.map { value -> UInt8 in
      guard extent > 0 else { return value > low ? 255 : value < low ? 0 : 128 }
      let level = (Double(value) - Double(low)) / extent * 255
      return level > 0 ? UInt8(min(level, 255).rounded()) : 0
    }
    let image = Image(width: cell.columns, height: cell.rows, channels: 1, pixels: pixels)
    let room = 2 * side
    let factor = room / Double(max(cell.columns, cell.rows))
    // Pixels that are twice as large or more are shown as squares.
    guard factor < 2, factor != 1 else { return image }
    return try image.resized(
      width: max(1, Int((Double(cell.columns) * factor).rounded())),
      height: max(1, Int((Double(cell.rows) * factor).rounded())), filter: .bilinear)
  }
}

extension Canvas {
  /// Draws an image as large as `room` allows, in its middle, and says where it is.
  fileprivate mutating func image(_ image: Image, centredIn room: Rectangle) -> Rectangle {
    let scale = min(room.width / Double(image.width), room.height / Double(image.height))
    let (width, height) = (Double(image.width) * scale, Double(image.height) * scale)
    // At whole pixels of a PNG file, which has 2 a point.
    func whole(_ value: Double) -> Double { (2 * value).rounded() / 2 }
    let place = Rectangle(
      x: whole(room.x + (room.width - width) / 2), y: whole(room.y + (room.height - height) / 2),
      width: width, height: height)
    self.image(image, in: place)
    return place
  }
}
