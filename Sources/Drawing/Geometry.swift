/// A position on a canvas in points (1/72 inch) from its top left corner, y downwards; or a pair of values in a
/// chart.
package struct Point: Sendable, Hashable {
  /// Distance from the left edge, or the value along the horizontal axis.
  package var x: Double
  /// Distance from the upper edge, or the value along the vertical axis.
  package var y: Double

  /// Creates a point.
  package init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  /// Whether both numbers are of a size that every kind of file can hold.
  var isDrawable: Bool { abs(x) <= Canvas.limit && abs(y) <= Canvas.limit }
}

/// A rectangle on a canvas, in points.
package struct Rectangle: Sendable, Hashable {
  /// Left edge.
  package var x: Double
  /// Upper edge.
  package var y: Double
  /// Extent to the right.
  package var width: Double
  /// Extent downwards.
  package var height: Double

  /// Creates a rectangle.
  package init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// The right edge.
  package var right: Double { x + width }
  /// The lower edge.
  package var bottom: Double { y + height }

  /// Whether it has an area, and numbers that every kind of file can hold.
  var isDrawable: Bool {
    Point(x, y).isDrawable && width > 0 && height > 0 && Point(right, bottom).isDrawable
  }
}
