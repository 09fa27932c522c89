import Imaging
import TensorCore

/// Images in rows and columns of equal cells, each with a line of text below it: filters, feature maps, samples.
package struct ImageGrid: Sendable {
  /// An image and what is written below it.
  package struct Cell: Sendable {
    /// The image, grey or RGB.
    package var image: Image
    /// The text; empty for none.
    package var label: String

    /// Creates a cell.
    package init(_ image: Image, label: String = "") {
      self.image = image
      self.label = label
    }
  }

  /// The cells, row by row.
  package var cells: [Cell]
  /// Number of cells in a row.
  package var columns: Int
  /// A line around each image, which may be as white as the paper; nil for none.
  package var edge: Colour?

  private static let gap = 6.0
  private static let style = TextStyle(size: 8)

  /// Creates a grid; `columns` is 1 or more.
  package init(_ cells: [Cell], columns: Int, edge: Colour? = nil) {
    precondition(columns > 0, "ImageGrid: no columns")
    self.cells = cells
    self.columns = columns
    self.edge = edge
  }

  /// Draws the grid inside of `frame`. Images keep their proportions and are as large as their cells allow.
  package func draw(on canvas: inout Canvas, in frame: Rectangle) throws(InceptError) {
    let rows = (cells.count + columns - 1) / columns
    guard rows > 0 else { return }
    let hasLabels = cells.contains { !$0.label.isEmpty }
    let text = hasLabels ? Self.style.lineHeight : 0
    let width = (frame.width + Self.gap) / Double(columns) - Self.gap
    let height = (frame.height + Self.gap) / Double(rows) - Self.gap - text
    guard width > 0, height > 0 else { return }
    for (index, cell) in cells.enumerated() {
      let (row, column) = index.quotientAndRemainder(dividingBy: columns)
      let corner = Point(
        frame.x + Double(column) * (width + Self.gap),
        frame.y + Double(row) * (height + text + Self.gap))
      let room = Rectangle(x: corner.x, y: corner.y, width: width, height: height)
      let place = canvas.image(cell.image, fittedInto: room)
      if let edge { canvas.rectangle(place, stroke: edge) }
      try canvas.text(
        cell.label, at: Point(corner.x + width / 2, place.bottom + 0.85 * text), Self.style,
        .middle, width: width)
    }
  }
}

extension Canvas {
  /// Draws an image as large as `room` allows without distorting it, at the top of `room` and in its middle, and
  /// says where it is.
  @discardableResult
  package mutating func image(_ image: Image, fittedInto room: Rectangle) -> Rectangle {
    let scale = min(room.width / Double(image.width), room.height / Double(image.height))
    let width = Double(image.width) * scale
    let place = Rectangle(
      x: room.x + (room.width - width) / 2, y: room.y, width: width,
      height: Double(image.height) * scale)
    self.image(image, in: place)
    return place
  }
}
