import Drawing
import Filters

/// The shapes in one dimension that filters are made of.
public enum FilterProfiles {
  /// Draws gaussian, dgaussian and ddgaussian from -3 to 3 as curves, with dots where a filter of `size` rows and
  /// columns takes its numbers, to a file that ends in .png, .svg or .pdf.
  ///
  /// - Throws: `.usage` for another ending, and for a size of less than 1 or more than 1,024.
  public static func write(
    to path: String, size: Int = ImageFilter.defaultSize
  ) throws(InceptError) {
    let file = try PlotFile(path)
    try canvas(size: size).write(to: file.path)
  }

  private static let formulas: [FilterProfile: String] = [
    .gaussian: "gaussian  g(x) = e^(−x²/2) / √(2π)", .dgaussian: "dgaussian  −2x g(x)",
    .ddgaussian: "ddgaussian  −2(2x² − 1) g(x)",
  ]
  /// Points of a curve that looks smooth.
  private static let smooth = 601
  /// Dots that can still be told apart.
  private static let dotLimit = 101

  /// The chart that ``write(to:size:)`` draws, in memory.
  public static func picture(size: Int = ImageFilter.defaultSize) throws(InceptError) -> Picture {
    try Picture(canvas(size: size))
  }

  static func canvas(size: Int) throws(InceptError) -> Canvas {
    guard (1...FilterMatrix.largestSide).contains(size) else {
      throw InceptError(
        .usage, subject: "filter size", expected: "expected 1 to \(FilterMatrix.largestSide)",
        found: "\(size)")
    }
    var series: [Chart.Series] = []
    for (number, profile) in FilterProfile.allCases.enumerated() {
      let colour = Colour.series[number]
      let name = formulas[profile] ?? profile.rawValue
      series.append(.init(.line, points(profile, smooth), colour, name: name))
      if size <= dotLimit { series.append(.init(.dots, points(profile, size), colour)) }
    }
    let (width, height) = (620.0, 380.0)
    var canvas = try Canvas(width: width, height: height, title: "Shapes of filters")
    let remark = size <= dotLimit ? " (dots: the \(size) samples of a filter of size \(size))" : ""
    try Chart(
      title: "Shapes of filters", x: Axis("x\(remark)", linear: FilterProfile.range),
      y: Axis("value", linearCovering: series.flatMap { $0.points.map(\.y) }), series: series
    ).draw(
      on: &canvas, in: Rectangle(x: 12, y: 12, width: width - 24, height: height - 24))
    return canvas
  }

  private static func points(_ profile: FilterProfile, _ count: Int) -> [Point] {
    FilterProfile.points(count).map { Point($0, profile.value(at: $0)) }
  }
}
