import TensorCore

/// A chart at its place on a canvas.
package struct ChartPainter {
  package let chart: Chart
  /// What lies between the axes.
  package private(set) var plot: Rectangle
  package let frame: Rectangle
  /// Lower edge of title and legend.
  package let top: Double
  private let xTicks: [Tick]
  private let yTicks: [Tick]
  /// The widest that a label of the vertical axis may be.
  private let nameLimit: Double

  static let titleStyle = TextStyle(size: 12, isBold: true)
  static let labelStyle = TextStyle(size: 9, colour: .faint)
  static let tickStyle = TextStyle(size: 9)
  static let exponentStyle = TextStyle(size: 6.5)
  private static let gap = 5.0

  /// Makes room for labels and titles.
  package init(_ chart: Chart, in frame: Rectangle, of canvas: Canvas) throws(InceptError) {
    self.chart = chart
    self.frame = frame
    nameLimit = frame.width * 0.35
    let line = Self.tickStyle.lineHeight
    var head = chart.title.isEmpty ? Self.gap : Self.titleStyle.lineHeight + Self.gap
    if chart.series.contains(where: { !$0.name.isEmpty }) { head += line + Self.gap }
    let bottom = line + Self.gap + (chart.x.label.isEmpty ? 0 : line)
    top = frame.y + head
    let height = max(frame.height - head - bottom, 1)

    yTicks = chart.y.ticks(limit: Int(height / (2.2 * line)))
    var widest = 0.0
    for tick in yTicks {
      widest = max(widest, try Self.width(of: tick, on: canvas, limit: nameLimit))
    }
    let left = widest + 2 * Self.gap + (chart.y.label.isEmpty ? 0 : line)
    var right = 3 * Self.gap
    // A bar may end at the edge, and what is said about it has its place behind it.
    if !chart.y.names.isEmpty {
      for callout in chart.callouts {
        let style = ChartPainter.style(of: callout)
        let width = try canvas.width(of: callout.text, style, limit: nameLimit)
        right = max(right, width + 2 * Self.gap)
      }
    }
    let width = max(frame.width - left - right, 1)
    plot = Rectangle(x: frame.x + left, y: top, width: width, height: height)
    xTicks = chart.x.ticks(limit: Int(width / 55))
    makeRoomForCallouts()
  }

  /// Lowers the top of the plot where remarks would lie above it. That moves them too, so it takes a few steps.
  private mutating func makeRoomForCallouts() {
    guard chart.y.names.isEmpty else { return }
    for _ in 0..<8 {
      guard let first = calloutPlaces(below: -Canvas.limit).first else { return }
      let excess = top + Self.calloutLine / 2 - first.middle
      guard excess > 1, plot.height - excess > frame.height / 3 else { return }
      plot = Rectangle(
        x: plot.x, y: plot.y + excess, width: plot.width, height: plot.height - excess)
    }
  }

  func draw(on canvas: inout Canvas) throws(InceptError) -> Rectangle {
    try canvas.text(
      chart.title, at: Point(frame.x, frame.y + Self.titleStyle.size), Self.titleStyle,
      width: frame.width)
    try drawXAxis(on: &canvas)
    try drawYAxis(on: &canvas)
    try canvas.clipped(to: plot) { (canvas) throws(InceptError) in
      for series in chart.series where series.kind != .dots { draw(series, on: &canvas) }
    }
    let corner = Point(plot.x, plot.bottom)
    canvas.line(
      [Point(plot.x, plot.y), corner, Point(plot.right, plot.bottom)], .faint, width: 0.5)
    // Those at the edge are drawn whole.
    for series in chart.series where series.kind == .dots { draw(series, on: &canvas) }
    try drawLegend(on: &canvas)
    try drawCallouts(on: &canvas)
    return plot
  }

  /// Where a value along the horizontal axis is.
  package func x(_ value: Double) -> Double? {
    chart.x.fraction(of: value).map { plot.x + $0 * plot.width }
  }

  /// Where a value along the vertical axis is. Categories are read from the top.
  package func y(_ value: Double) -> Double? {
    chart.y.fraction(of: value).map {
      chart.y.names.isEmpty ? plot.bottom - $0 * plot.height : plot.y + $0 * plot.height
    }
  }

  /// Where a point is; nil where it has no place.
  package func place(_ point: Point) -> Point? {
    guard let x = x(point.x), let y = y(point.y) else { return nil }
    return Point(x, y)
  }

  static func style(of callout: Chart.Callout) -> TextStyle {
    TextStyle(size: 9, isBold: callout.isBold)
  }
}

// Axes
extension ChartPainter {
  private static func width(
    of tick: Tick, on canvas: Canvas, limit: Double = Canvas.limit
  ) throws(InceptError) -> Double {
    try canvas.width(of: tick.label, tickStyle, limit: limit)
      + canvas.width(of: tick.exponent, exponentStyle)
  }

  private static func draw(
    _ tick: Tick, endingAt end: Point, on canvas: inout Canvas, limit: Double = Canvas.limit
  ) throws(InceptError) {
    let exponent = try canvas.width(of: tick.exponent, exponentStyle)
    try canvas.text(
      tick.label, at: Point(end.x - exponent, end.y), tickStyle, .end, width: limit)
    try canvas.text(
      tick.exponent, at: Point(end.x, end.y - 0.4 * tickStyle.size), exponentStyle, .end)
  }

  private func drawXAxis(on canvas: inout Canvas) throws(InceptError) {
    let baseline = plot.bottom + Self.gap + Self.tickStyle.size
    let strip = plot.width / Double(max(chart.x.names.count, 1))
    for tick in xTicks {
      guard let x = x(tick.value), x >= plot.x - 0.01, x <= plot.right + 0.01 else { continue }
      let isLabelled = !tick.label.isEmpty
      if chart.x.names.isEmpty {
        if isLabelled { canvas.line([Point(x, plot.y), Point(x, plot.bottom)], .rule, width: 0.5) }
        let length = isLabelled ? 3.0 : 1.5
        canvas.line([Point(x, plot.bottom), Point(x, plot.bottom + length)], .faint, width: 0.5)
        let width = try Self.width(of: tick, on: canvas)
        try Self.draw(tick, endingAt: Point(x + width / 2, baseline), on: &canvas)
      } else {
        try canvas.text(
          tick.label, at: Point(x, baseline), Self.tickStyle, .middle, width: strip - 2)
      }
    }
    try canvas.text(
      chart.x.label, at: Point(plot.x + plot.width / 2, baseline + Self.tickStyle.lineHeight),
      Self.labelStyle, .middle, width: plot.width)
  }

  private func drawYAxis(on canvas: inout Canvas) throws(InceptError) {
    for tick in yTicks {
      guard let y = y(tick.value), y >= plot.y - 0.01, y <= plot.bottom + 0.01 else { continue }
      let isLabelled = !tick.label.isEmpty
      if chart.y.names.isEmpty {
        if isLabelled { canvas.line([Point(plot.x, y), Point(plot.right, y)], .rule, width: 0.5) }
        let length = isLabelled ? 3.0 : 1.5
        canvas.line([Point(plot.x - length, y), Point(plot.x, y)], .faint, width: 0.5)
      }
      let end = Point(plot.x - Self.gap, y + Self.tickStyle.capHeight / 2)
      try Self.draw(tick, endingAt: end, on: &canvas, limit: nameLimit)
    }
    let middle = Point(frame.x + Self.labelStyle.size, plot.y + plot.height / 2)
    try canvas.text(
      chart.y.label, at: middle, Self.labelStyle, .middle, width: plot.height, isTurned: true)
  }
}
