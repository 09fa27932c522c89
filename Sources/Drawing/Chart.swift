import TensorCore

/// Values along two axes, as lines, dots or bars.
package struct Chart: Sendable {
  /// Values drawn alike.
  package struct Series: Sendable {
    /// How values are drawn.
    package enum Kind: Sendable {
      /// A line through all points, in their order. Points without a place interrupt it.
      case line
      /// A dot each.
      case dots
      /// A bar each, to the right where the vertical axis has categories, else upwards: from 0, or from the
      /// axis's lower end where 0 has no place. Bars of several series at one place lie over each other.
      case bars
    }

    /// What the legend calls it; empty for a series that is not listed.
    package var name: String
    /// How it is drawn.
    package var kind: Kind
    /// The values, in units of the axes.
    package var points: [Point]
    /// Its colour.
    package var colour: Colour

    /// Creates a series.
    package init(_ kind: Kind, _ points: [Point], _ colour: Colour, name: String = "") {
      self.name = name
      self.kind = kind
      self.points = points
      self.colour = colour
    }
  }

  /// A remark at the right of a value, above what falls from there. Remarks that would lie over each other move
  /// up, with a line to their value.
  package struct Callout: Sendable {
    /// The value, in units of the axes.
    package var point: Point
    /// The remark; cut where there is no room.
    package var text: String
    /// Whether it is set in bold.
    package var isBold: Bool

    /// Creates a remark.
    package init(at point: Point, _ text: String, isBold: Bool = false) {
      self.point = point
      self.text = text
      self.isBold = isBold
    }
  }

  /// Over the chart; empty for none.
  package var title: String
  /// The horizontal axis.
  package var x: Axis
  /// The vertical axis.
  package var y: Axis
  /// What is drawn, later series over earlier ones and dots over all. Those with a name are listed in a legend.
  package var series: [Series]
  /// Remarks at values.
  package var callouts: [Callout]

  /// Creates a chart.
  package init(
    title: String = "", x: Axis, y: Axis, series: [Series], callouts: [Callout] = []
  ) {
    self.title = title
    self.x = x
    self.y = y
    self.series = series
    self.callouts = callouts
  }

  /// Draws the chart with everything that belongs to it inside of `frame`, and says which part of it is between
  /// the axes. Of a frame too small for both, axes and title remain.
  @discardableResult
  package func draw(
    on canvas: inout Canvas, in frame: Rectangle
  ) throws(InceptError) -> Rectangle {
    try ChartPainter(self, in: frame, of: canvas).draw(on: &canvas)
  }
}
