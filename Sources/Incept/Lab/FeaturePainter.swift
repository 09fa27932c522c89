import Drawing
import Imaging

/// Draws feature maps, or filters, as a grid of images with their channel and their values below each.
struct FeaturePainter {
  private let maps: FeatureMaps
  private let columns: Int
  /// Points of a cell's side.
  private let side: Double

  /// Largest side of the picture of what the network saw, in pixels.
  static let seenLimit = 320

  private static let thumbnail = 84.0
  private static let leastWidth = 520.0
  private static let gap = 6.0
  private static let labelHeight = 12.0

  init(_ maps: FeatureMaps) {
    self.maps = maps
    let count = maps.values.count
    columns = Self.columns(for: count)
    side = count <= 8 ? 150 : count <= 32 ? 110 : count <= 128 ? 84 : 64
  }

  /// A grid that is wider than high, with as few empty places as that allows.
  static func columns(for count: Int) -> Int {
    let wished = (Double(max(count, 1)) * 1.5).squareRoot()
    let choices = max(1, Int((0.8 * wished).rounded(.up)))...max(1, Int((1.25 * wished).rounded()))
    func empty(_ columns: Int) -> Int { (count + columns - 1) / columns * columns - count }
    func isBetter(_ first: Int, _ second: Int) -> Bool {
      (Double(empty(first)), abs(Double(first) - wished))
        < (Double(empty(second)), abs(Double(second) - wished))
    }
    return choices.min(by: isBetter) ?? 1
  }

  private var rows: Int { (maps.values.count + columns - 1) / columns }

  /// A cell's height, which follows the maps' proportions where they aren't extreme.
  private var cellHeight: Double {
    side * min(max(Double(maps.height) / Double(maps.width), 0.3), 2)
  }

  func canvas() throws(InceptError) -> Canvas {
    let margin = Canvas.margin
    let grid = Double(columns) * (side + Self.gap) - Self.gap
    let height = Double(rows) * (cellHeight + Self.labelHeight + Self.gap)
    let head = maps.seen == nil ? (maps.report.model.isSynthetic ? 92 : 78) : Self.thumbnail + 30
    let width = max(grid, Self.leastWidth)
    var canvas = try Canvas(
      width: width + 2 * margin, height: head + height + 2 * margin, title: title)
    try drawHead(on: &canvas)
    try ImageGrid(
      cells(), columns: columns, edge: maps.report.kind == .filters ? .rule : nil
    ).draw(
      on: &canvas,
      in: Rectangle(
        x: margin, y: margin + head, width: grid, height: height))
    return canvas
  }

  private var title: String {
    let report = maps.report
    let what = report.kind == .features ? "feature maps" : "filters"
    return "\(what) of \(report.layer), \(report.model.name)"
  }

  private func drawHead(on canvas: inout Canvas) throws(InceptError) {
    let report = maps.report
    let margin = Canvas.margin
    var left = margin
    if let seen = maps.seen {
      let place = canvas.image(
        seen.image,
        fittedInto: Rectangle(x: left, y: margin, width: Self.thumbnail, height: Self.thumbnail))
      canvas.rectangle(place, stroke: .faint)
      try canvas.text(
        "seen, \(seen.size)", at: Point(left, place.bottom + 11), .caption,
        width: Self.thumbnail)
      left += Self.thumbnail + 14
    }
    let width = canvas.width - left - margin
    var baseline = margin + 13
    try canvas.text(report.layer, at: Point(left, baseline), .heading, width: width)
    var lines = [counts, "\(report.model.name), weights \(Self.fileName(report.model.weights))"]
    if let image = report.image { lines[1] += ", \(Self.fileName(image))" }
    lines.append(meaning)
    for line in lines {
      baseline += 14
      try canvas.text(line, at: Point(left, baseline), .small, width: width)
    }
    if report.model.isSynthetic {
      baseline += 14
      try canvas.text(
        "The weights are made up: results mean nothing.", at: Point(left, baseline),
        .warning, width: width)
    }
    if let range = shared, report.kind == .features {
      try drawBar(range, at: Point(left, baseline + 8), on: &canvas)
    }
  }

  /// The end of a path says more than its beginning.
  private static func fileName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  private var counts: String {
    let report = maps.report
    let shown =
      report.maps.count == report.total
      ? "all \(report.total)" : "\(report.maps.count) of \(report.total)"
    let order = maps.options.strongestFirst ? ", the strongest first" : ""
    let size = "\(maps.height)×\(maps.width)"
    guard report.kind == .filters else {
      return "\(report.op): \(shown) feature maps of \(size)\(order)"
    }
    let inputs = maps.depth == 3 ? "as red, green and blue" : "filter·input channel"
    let note = report.shape[2] == 1 ? "" : ", \(inputs)"
    return "\(report.op): \(shown) filter images of \(size)\(note)\(order)"
  }

  private var meaning: String {
    guard maps.report.kind == .features else {
      return shared == nil
        ? "mid-grey is 0, each filter by its largest magnitude (below it)"
        : "mid-grey is 0, all filters by the same magnitude"
    }
    return shared == nil
      ? "each map from its lowest value (dark) to its highest (bright); both below it"
      : "all maps on one scale"
  }

  /// The scale of all maps; nil where each has its own.
  private var shared: ClosedRange<Float>? {
    switch maps.options.range {
    case .fixed(let range): return range
    case .layer: return common
    // A map of one pixel has no range of its own.
    case .each: return maps.height * maps.width == 1 && maps.depth == 1 ? common : nil
    }
  }

  private var common: ClosedRange<Float> { Self.range(maps.values.joined()) }

  private static func range(_ values: some Sequence<Float>) -> ClosedRange<Float> {
    var (lowest, highest) = (Float.infinity, -Float.infinity)
    for value in values where value.isFinite {
      lowest = min(lowest, value)
      highest = max(highest, value)
    }
    return lowest <= highest ? lowest...highest : 0...0
  }

  private func drawBar(
    _ range: ClosedRange<Float>, at corner: Point, on canvas: inout Canvas
  ) throws(InceptError) {
    let steps = 64
    let bar = maps.options.colours.scale.image(
      of: (0..<steps).map(Float.init), width: steps, height: 1, range: 0...Float(steps - 1))
    let low = FeatureNumber.text(Double(range.lowerBound))
    let high = FeatureNumber.text(Double(range.upperBound))
    let style = TextStyle.caption
    let start = corner.x + (try canvas.width(of: low, style)) + 5
    try canvas.text(low, at: Point(corner.x, corner.y + 7), style)
    canvas.image(bar, in: Rectangle(x: start, y: corner.y, width: 120, height: 8))
    try canvas.text(high, at: Point(start + 125, corner.y + 7), style)
  }

  // MARK: cells

  private func cells() throws(InceptError) -> [ImageGrid.Cell] {
    let shared = shared
    return try zip(maps.values, maps.report.maps).map { (values, map) throws(InceptError) in
      let image =
        maps.report.kind == .features
        ? featureImage(values, shared) : filterImage(values, shared)
      return ImageGrid.Cell(try fitted(image), label: label(map, values))
    }
  }

  private func label(_ map: FeatureReport.Map, _ values: [Float]) -> String {
    if maps.report.kind == .filters {
      return "\(map.name)  ±\(FeatureNumber.text(Double(Self.magnitude(values))))"
    }
    let (low, high) = (FeatureNumber.text(map.min), FeatureNumber.text(map.max))
    return low == high ? "\(map.name)  \(low)" : "\(map.name)  \(low) … \(high)"
  }

  private func featureImage(_ values: [Float], _ shared: ClosedRange<Float>?) -> Image {
    maps.options.colours.scale.image(
      of: values, width: maps.width, height: maps.height, range: shared ?? Self.range(values))
  }

  private static func magnitude(_ values: [Float]) -> Float {
    values.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
  }

  /// Mid-grey for 0; 3 values a pixel as red, green and blue.
  private func filterImage(_ values: [Float], _ shared: ClosedRange<Float>?) -> Image {
    let largest =
      shared.map { max(abs($0.lowerBound), abs($0.upperBound)) } ?? Self.magnitude(values)
    let pixels = values.map { value -> UInt8 in
      guard largest > 0, value.isFinite else { return 128 }
      return UInt8((127.5 + 127.5 * min(max(value / largest, -1), 1)).rounded())
    }
    return Image(width: maps.width, height: maps.height, channels: maps.depth, pixels: pixels)
  }

  /// Not larger than the cell's pixels in a PNG: a thousand large maps would be a very large file.
  private func fitted(_ image: Image) throws(InceptError) -> Image {
    let limit = 2 * max(side, cellHeight)
    let scale = limit / Double(max(image.width, image.height))
    guard scale < 1 else { return image }
    return try image.resized(
      width: max(1, Int(Double(image.width) * scale)),
      height: max(1, Int(Double(image.height) * scale)), filter: .bilinear)
  }
}
