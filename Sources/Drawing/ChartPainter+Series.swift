import TensorCore

// Values
extension ChartPainter {
  /// Draws the values of a series.
  func draw(_ series: Chart.Series, on canvas: inout Canvas) {
    switch series.kind {
    case .line:
      var run: [Point] = []
      for point in series.points {
        if let place = place(point) {
          run.append(place)
        } else {
          canvas.line(run, series.colour, width: Self.lineWidth)
          run = []
        }
      }
      canvas.line(run, series.colour, width: Self.lineWidth)
    case .dots:
      for point in series.points.compactMap(place) where contains(point) {
        canvas.circle(at: point, radius: Self.dotRadius, fill: series.colour)
      }
    case .bars:
      let width = barWidth(series)
      for point in series.points {
        guard let end = place(point) else { continue }
        canvas.rectangle(bar(to: end, width: width), fill: series.colour)
      }
    }
  }

  /// Whether a place is between the axes.
  private func contains(_ point: Point) -> Bool {
    let tolerance = 0.01
    return (plot.x - tolerance...plot.right + tolerance).contains(point.x)
      && (plot.y - tolerance...plot.bottom + tolerance).contains(point.y)
  }

  private static let largestBar = 40.0
  static let lineWidth = 1.5
  static let dotRadius = 2.75

  private func bar(to end: Point, width: Double) -> Rectangle {
    if chart.y.names.isEmpty {
      let base = y(0) ?? plot.bottom
      return Rectangle(
        x: end.x - width / 2, y: min(base, end.y), width: width, height: abs(base - end.y))
    }
    let base = x(0) ?? plot.x
    return Rectangle(
      x: min(base, end.x), y: end.y - width / 2, width: abs(end.x - base), height: width)
  }

  /// Three quarters of a strip up to ``largestBar``, or of the smallest distance between bars where there are no strips.
  private func barWidth(_ series: Chart.Series) -> Double {
    let part = 0.75
    if !chart.y.names.isEmpty {
      return min(part * plot.height / Double(chart.y.names.count), Self.largestBar)
    }
    if !chart.x.names.isEmpty {
      return min(part * plot.width / Double(chart.x.names.count), Self.largestBar)
    }
    let places = series.points.compactMap { x($0.x) }.sorted()
    let smallest = zip(places, places.dropFirst()).map { $1 - $0 }.filter { $0 > 0 }.min()
    return part * (smallest ?? plot.width / 2)
  }

  /// Lists the series that have a name above the plot.
  func drawLegend(on canvas: inout Canvas) throws(InceptError) {
    let named = chart.series.filter { !$0.name.isEmpty }
    let style = Self.tickStyle
    let key = 14.0
    let room = plot.width / Double(max(named.count, 1)) - key - style.size
    var x = plot.x
    let baseline = top - 5
    let middle = baseline - style.capHeight / 2
    for series in named {
      switch series.kind {
      case .line:
        canvas.line(
          [Point(x, middle), Point(x + key - 4, middle)], series.colour, width: Self.lineWidth)
      case .dots:
        canvas.circle(
          at: Point(x + key / 2 - 2, middle), radius: Self.dotRadius, fill: series.colour)
      case .bars:
        canvas.rectangle(
          Rectangle(x: x + 1, y: middle - 4, width: 8, height: 8), fill: series.colour)
      }
      try canvas.text(series.name, at: Point(x + key, baseline), style, width: room)
      x += key + style.size + (try canvas.width(of: series.name, style, limit: room))
    }
  }
}

// Remarks
extension ChartPainter {
  /// The distance of remarks.
  package static let calloutLine = TextStyle(size: 9).lineHeight

  /// The remarks that can be drawn, the topmost first: their value's place and the height of their text's middle,
  /// which is not above `top`. Where there is no room for all, the first ones.
  package func calloutPlaces(below top: Double) -> [(
    callout: Chart.Callout, at: Point, middle: Double
  )] {
    let isBeside = !chart.y.names.isEmpty
    let visible = chart.callouts.prefix(1 + Int(frame.height / Self.calloutLine))
      .compactMap { callout -> (callout: Chart.Callout, at: Point)? in
        guard let place = place(callout.point), place.isDrawable else { return nil }
        let x = min(max(place.x, plot.x), plot.right)
        return (callout, Point(x, min(max(place.y, plot.y), plot.bottom)))
      }
      .sorted { $0.at.y < $1.at.y }
    // Beside a bar there is nothing; behind a point a curve may go on at nearly the same height.
    let lift = isBeside ? 0 : Self.calloutLine / 2
    let middles = Self.spread(
      visible.map { $0.at.y - lift }, apart: Self.calloutLine, from: top)
    return zip(visible, middles).map { ($0.callout, $0.at, $1) }
  }

  /// Draws the remarks, each above those of lower values.
  func drawCallouts(on canvas: inout Canvas) throws(InceptError) {
    let line = Self.calloutLine
    for (callout, place, middle) in calloutPlaces(below: top + line / 2) {
      let style = Self.style(of: callout)
      let hasMoved = abs(middle - place.y) > line
      let x = place.x + (hasMoved ? 16 : 6)
      // Beside bars there is room in the margin.
      let end = chart.y.names.isEmpty ? plot.right : frame.x + frame.width
      let width = try canvas.width(of: callout.text, style, limit: max(0, end - x))
      guard width > 0 else { continue }
      if hasMoved {
        canvas.line([place, Point(x - 4, middle), Point(x - 1, middle)], .faint, width: 0.5)
      }
      canvas.rectangle(
        Rectangle(x: x - 1, y: middle - line / 2, width: width + 2, height: line),
        fill: Colour(0xFFFFFF, opacity: 0.8))
      try canvas.text(
        callout.text, at: Point(x, middle + style.capHeight / 2), style, width: width + 0.01)
    }
  }

  /// Moves `places` (rising) apart: up where they are too close to the next, then down where they are above
  /// `first`.
  package static func spread(
    _ places: [Double], apart distance: Double, from first: Double
  ) -> [Double] {
    var result = places
    for index in result.indices.dropLast().reversed() {
      result[index] = min(result[index], result[index + 1] - distance)
    }
    var least = first
    for index in result.indices {
      result[index] = max(result[index], least)
      least = result[index] + distance
    }
    return result
  }
}
