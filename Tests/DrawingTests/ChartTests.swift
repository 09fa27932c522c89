import Drawing
import Imaging
import TensorCore
import Testing

@Suite("charts")
struct ChartTests {
  private let frame = Rectangle(x: 0, y: 0, width: 300, height: 200)

  private func draw(_ chart: Chart) throws -> (canvas: Canvas, plot: Rectangle) {
    var canvas = try Canvas(width: 300, height: 200, title: "chart")
    let plot = try chart.draw(on: &canvas, in: frame)
    return (canvas, plot)
  }

  @Test("bars on a logarithmic axis are as long as the logarithm says")
  func logarithmicBars() throws {
    let chart = Chart(
      x: Axis("p", logarithmic: 1e-4...1), y: Axis("", categories: ["a", "b", "c", "d"]),
      series: [.init(.bars, [Point(1e-1, 0), Point(1e-2, 1), Point(1e-3, 2), Point(0, 3)], .blue)])
    let (canvas, plot) = try draw(chart)
    let picture = try Rendered(canvas)
    let strip = plot.height / 4
    for (row, part) in [0.75, 0.5, 0.25, 0].enumerated() {
      let y = plot.y + (Double(row) + 0.5) * strip
      let length = picture.count(
        Colour.blue.hex, in: Rectangle(x: plot.x, y: y, width: plot.width, height: 0.5))
      #expect(abs(Double(length) / 2 - part * plot.width) <= 1.5, "row \(row)")
    }
    let texts = try SVGContent(canvas).texts
    #expect(["a", "b", "c", "d", "p"].allSatisfy(texts.contains))
  }

  @Test("bars of positive and negative numbers start at zero")
  func linearBars() throws {
    let chart = Chart(
      x: Axis("", categories: ["up", "down"]), y: Axis("", linear: -1...1),
      series: [.init(.bars, [Point(0, 1), Point(1, -0.5)], .green)])
    let (canvas, plot) = try draw(chart)
    let picture = try Rendered(canvas)
    let middle = plot.y + plot.height / 2
    let (left, right) = (plot.x + plot.width / 4, plot.x + plot.width * 3 / 4)
    #expect(picture.colour(left, plot.y + 2) == Colour.green.hex)
    #expect(picture.colour(left, middle + 3) != Colour.green.hex)
    #expect(picture.colour(right, middle + plot.height / 4 - 2) == Colour.green.hex)
    #expect(picture.colour(right, middle + plot.height / 4 + 2) != Colour.green.hex)
    #expect(picture.colour(right, middle - 3) != Colour.green.hex)
  }

  @Test("histograms have bars as wide as their distance allows")
  func histogram() throws {
    let chart = Chart(
      x: Axis("", linear: 0...10), y: Axis("", linear: 0...1),
      series: [.init(.bars, [Point(2, 1), Point(4, 1), Point(6, 1)], .blue)])
    let (canvas, plot) = try draw(chart)
    let row = Rectangle(x: plot.x, y: plot.y + plot.height / 2, width: plot.width, height: 0.5)
    let length = Double(try Rendered(canvas).count(Colour.blue.hex, in: row)) / 2
    #expect(abs(length - 3 * 0.75 * plot.width / 5) < 4)
  }

  @Test("lines and dots go through their values; gaps interrupt lines")
  func linesAndDots() throws {
    let line = [Point(0, 1), Point(4, 1), Point(5, .nan), Point(6, 1), Point(10, 1)]
    let chart = Chart(
      x: Axis("", linear: 0...10), y: Axis("", linear: 0...2),
      series: [
        .init(.line, line, .blue), .init(.dots, [Point(5, 1.5), Point(5, 900)], .vermillion),
      ])
    let (canvas, plot) = try draw(chart)
    let picture = try Rendered(canvas)
    let y = plot.y + plot.height / 2
    #expect(picture.colour(plot.x + 0.2 * plot.width, y) == Colour.blue.hex)
    #expect(picture.colour(plot.x + 0.5 * plot.width + 3, y) != Colour.blue.hex)
    #expect(
      picture.colour(plot.x + 0.5 * plot.width, plot.y + plot.height / 4) == Colour.vermillion.hex)
    #expect(picture.count(Colour.vermillion.hex) < 150)
  }

  @Test("named series are listed in a legend, others are not")
  func legend() throws {
    let points = [Point(1, 1)]
    let chart = Chart(
      x: Axis("", linear: 0...2), y: Axis("", linear: 0...2),
      series: [
        .init(.line, points, .blue, name: "training"), .init(.dots, points, .green, name: "test"),
        .init(.bars, points, .orange),
      ])
    let (canvas, plot) = try draw(chart)
    let texts = try SVGContent(canvas).texts
    #expect(texts.contains("training") && texts.contains("test"))
    let above = Rectangle(x: 0, y: 0, width: 300, height: plot.y)
    #expect(try Rendered(canvas).count(Colour.green.hex, in: above) > 20)
  }

  @Test("remarks that would touch move apart and stay within the chart")
  func spread() {
    #expect(ChartPainter.spread([10, 50, 90], apart: 10, from: 0) == [10, 50, 90])
    #expect(ChartPainter.spread([50, 51, 52], apart: 10, from: 0) == [32, 42, 52])
    #expect(ChartPainter.spread([1, 2, 3], apart: 10, from: 0) == [0, 10, 20])
    #expect(ChartPainter.spread([], apart: 10, from: 0) == [])
  }

  @Test("remarks are all there, by their values, and cut at the edge")
  func callouts() throws {
    let points = (1...5).map { Point(Double($0), 1 / Double($0)) }
    let chart = Chart(
      x: Axis("", logarithmic: 1...1000), y: Axis("", logarithmic: 0.001...1),
      series: [.init(.dots, points, .vermillion)],
      callouts: points.map { .init(at: $0, "class \($0.x)") }
        + [.init(at: Point(900, 0.01), "something that is too long for the edge")])
    let texts = try SVGContent(try draw(chart).canvas).texts
    for point in points { #expect(texts.contains("class \(point.x)")) }
    #expect(!texts.contains { $0.hasPrefix("something that") })
  }

  @Test("where many remarks need room above, the plot gives way, and none lies on a curve")
  func room() throws {
    let curve = (1...100).map { Point(Double($0), 0.5 / Double($0).squareRoot()) }
    let chart = Chart(
      x: Axis("", logarithmic: 1...100), y: Axis("", logarithmic: 0.01...1),
      series: [.init(.line, curve, .blue)],
      callouts: curve.prefix(8).map { .init(at: $0, "remark") })
    let painter = try ChartPainter(
      chart, in: frame, of: Canvas(width: 300, height: 200, title: "room"))
    #expect(painter.plot.y > 30 && painter.plot.height > 200 / 3)
    let places = painter.calloutPlaces(below: painter.top)
    #expect(places.count == 8)
    for (callout, next) in zip(places, places.dropFirst()) {
      #expect(next.middle - callout.middle >= ChartPainter.calloutLine - 1e-9)
    }
    for place in places {
      #expect(place.middle <= place.at.y && place.middle >= painter.top)
    }
  }

  @Test("a chart without room or values is still a picture")
  func degenerate() throws {
    let chart = Chart(
      title: "nothing", x: Axis("x", linearCovering: []), y: Axis("y", logarithmicCovering: []),
      series: [.init(.line, [], .blue), .init(.bars, [], .blue)],
      callouts: [.init(at: Point(.nan, 1), "no")])
    for side in [0.0, 1, 10, 40, 300] {
      var canvas = try Canvas(width: 300, height: 300, title: "")
      try chart.draw(on: &canvas, in: Rectangle(x: 0, y: 0, width: side, height: side))
      _ = try SVGContent(canvas)
      _ = try Rendered(canvas)
    }
    let empty = Chart(x: Axis("", categories: []), y: Axis("", categories: []), series: [])
    _ = try draw(empty)
  }
}

@Suite("colours and grids")
struct ColourTests {
  @Test("scales begin and end as they should, and get lighter all the way")
  func scales() {
    #expect(ColourScale.viridis.colour(at: 0).hex == 0x440154)
    #expect(ColourScale.viridis.colour(at: 1).hex == 0xFDE725)
    #expect(ColourScale.viridis.colour(at: 0.5).hex == 0x21908C)
    #expect(ColourScale.grey.colour(at: 0.5).hex == 0x808080)
    for scale in ColourScale.allCases {
      #expect(
        scale.colour(at: -9) == scale.colour(at: 0) && scale.colour(at: 9) == scale.colour(at: 1))
      #expect(scale.colour(at: .nan) == scale.colour(at: 0))
      let lightness = (0...50).map { step in
        let colour = scale.colour(at: Double(step) / 50)
        return 0.2126 * Double(colour.red) + 0.7152 * Double(colour.green)
          + 0.0722 * Double(colour.blue)
      }
      #expect(zip(lightness, lightness.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @Test("numbers become pictures, whatever the range")
  func numbers() {
    let picture = ColourScale.grey.image(
      of: [-1, 0, 1, 2, .nan, .infinity], width: 3, height: 2, range: 0...2)
    let expected: [UInt8] = [0, 0, 128, 255, 0, 255]
    #expect(picture.pixels == expected.flatMap { [$0, $0, $0] })
    let flat = ColourScale.grey.image(of: [1, 2], width: 2, height: 1, range: 1...1)
    #expect(flat.pixels == [0, 0, 0, 255, 255, 255])
  }

  @Test("a grid has every image in its cell, with its label")
  func grid() throws {
    let cells = (0..<5).map { index in
      ImageGrid.Cell(
        Image(width: 1, height: 1, channels: 1, pixels: [UInt8(50 * index)]), label: "map \(index)")
    }
    var canvas = try Canvas(width: 200, height: 140, title: "grid")
    try ImageGrid(cells, columns: 3)
      .draw(on: &canvas, in: Rectangle(x: 0, y: 0, width: 200, height: 140))
    let picture = try Rendered(canvas)
    for index in 0..<5 {
      let level = UInt32(50 * index)
      let x = (Double(index % 3) + 0.5) * 200 / 3
      let y = index < 3 ? 30.0 : 100
      #expect(picture.colour(x, y) == level << 16 | level << 8 | level, "cell \(index)")
    }
    #expect(try SVGContent(canvas).texts == (0..<5).map { "map \($0)" })
  }
}
