import Imaging
import TensorCore

/// A picture made of lines, rectangles, circles, text and images, in points (1/72 inch) from its top left corner.
///
/// It only notes what is drawn, in order; ``write(to:)`` makes a PNG, PDF or SVG file of it. What has a number
/// that is not finite, or beyond ``limit``, is left out.
package struct Canvas {
  /// Width in points.
  package let width: Double
  /// Height in points.
  package let height: Double
  /// What the picture is called, for viewers and screen readers.
  let title: String
  let typesetter: Typesetter
  package private(set) var marks: [Mark] = []

  /// Largest distance from the corner, in points: 200 inches, as PDF readers allow.
  package static let limit = 14_400.0

  /// What was drawn.
  package enum Mark {
    case line([Point], Stroke)
    case rectangle(Rectangle, fill: Colour?, Stroke?)
    case circle(centre: Point, radius: Double, fill: Colour)
    case text(PlacedText)
    case image(Image, Rectangle)
    case clip(Rectangle)
    case endOfClip
  }

  /// How a line looks.
  package struct Stroke: Hashable {
    var colour: Colour
    var width: Double
  }

  /// Text at its place.
  package struct PlacedText: Hashable {
    var text: String
    /// Where the baseline starts, has its middle or ends.
    var anchor: Point
    var style: TextStyle
    var alignment: TextAlignment
    /// Whether it runs upwards.
    var isTurned: Bool
  }

  /// Throws `.unavailable` where Cairo is missing, without which nothing is drawn.
  package static func checkLibrary() throws(InceptError) { _ = try Cairo.functions() }

  /// Creates an empty picture.
  ///
  /// - Throws: `.usage` for a size below 1 or beyond ``limit``; `.unavailable` where there is no Cairo, which
  ///   measures text.
  package init(width: Double, height: Double, title: String) throws(InceptError) {
    let sides = 1...Self.limit
    guard sides.contains(width), sides.contains(height) else {
      throw InceptError(
        .usage, subject: "picture", expected: "expected a size of 1 to \(Self.limit) points a side",
        found: "\(width)x\(height)")
    }
    self.width = width
    self.height = height
    self.title = Label.printable(title)
    typesetter = try Typesetter()
  }
}

/// Which part of a text is at its place.
package enum TextAlignment: Sendable, Hashable {
  /// The text starts there.
  case start
  /// The text has its middle there.
  case middle
  /// The text ends there.
  case end
}

extension Canvas {
  /// Draws lines from point to point. Points nearer to the last than can be seen are left out.
  package mutating func line(_ points: [Point], _ colour: Colour, width: Double = 1) {
    let visible = 0.1
    var kept: [Point] = []
    for (index, point) in points.enumerated() where point.isDrawable {
      if let last = kept.last, index < points.count - 1,
        abs(point.x - last.x) < visible, abs(point.y - last.y) < visible
      {
        continue
      }
      kept.append(point)
    }
    guard kept.count > 1 else { return }
    marks.append(.line(kept, Stroke(colour: colour, width: width)))
  }

  /// Fills a rectangle, draws its edge, or both.
  package mutating func rectangle(
    _ rectangle: Rectangle, fill: Colour? = nil, stroke: Colour? = nil, width: Double = 0.5
  ) {
    guard rectangle.isDrawable else { return }
    marks.append(
      .rectangle(rectangle, fill: fill, stroke.map { Stroke(colour: $0, width: width) }))
  }

  /// Fills a circle.
  package mutating func circle(at centre: Point, radius: Double, fill: Colour) {
    guard centre.isDrawable, radius > 0, radius <= Self.limit else { return }
    marks.append(.circle(centre: centre, radius: radius, fill: fill))
  }

  /// Draws an image stretched to a rectangle. Enlarged pixels stay squares.
  package mutating func image(_ image: Image, in rectangle: Rectangle) {
    guard rectangle.isDrawable else { return }
    marks.append(.image(image, rectangle))
  }

  /// Draws one line of text with its baseline at `anchor`.
  ///
  /// Controls are left out, and what the font lacks is drawn as `?`.
  ///
  /// - Parameters:
  ///   - limit: The widest it may be in points; what is too long is cut and ends in `…`.
  ///   - isTurned: Whether it runs upwards.
  package mutating func text(
    _ text: String, at anchor: Point, _ style: TextStyle, _ alignment: TextAlignment = .start,
    width limit: Double = Canvas.limit, isTurned: Bool = false
  ) throws(InceptError) {
    let text = try typesetter.fitted(text, style, limit: limit)
    guard anchor.isDrawable, style.size > 0, !text.isEmpty else { return }
    marks.append(
      .text(
        PlacedText(
          text: text, anchor: anchor, style: style, alignment: alignment, isTurned: isTurned)))
  }

  /// The width in points of one line of text, as ``text(_:at:_:_:width:isTurned:)`` draws it.
  package func width(
    of text: String, _ style: TextStyle, limit: Double = Canvas.limit
  ) throws(InceptError) -> Double {
    try typesetter.width(typesetter.fitted(text, style, limit: limit), style)
  }

  /// Draws what `body` draws, but only what of it is inside of `rectangle`.
  package mutating func clipped(
    to rectangle: Rectangle, _ body: (inout Canvas) throws(InceptError) -> Void
  ) throws(InceptError) {
    guard rectangle.isDrawable else { return }
    marks.append(.clip(rectangle))
    try body(&self)
    marks.append(.endOfClip)
  }
}
