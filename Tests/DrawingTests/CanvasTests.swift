import Drawing
import Foundation
import Imaging
import TensorCore
import Testing

@Suite("canvases")
struct CanvasTests {
  @Test("shapes are where they were drawn")
  func shapes() throws {
    var canvas = try Canvas(width: 100, height: 60, title: "shapes")
    canvas.rectangle(Rectangle(x: 10, y: 10, width: 20, height: 20), fill: .blue)
    canvas.circle(at: Point(60, 20), radius: 8, fill: .vermillion)
    canvas.line([Point(0, 50), Point(100, 50)], .green, width: 4)
    let picture = try Rendered(canvas)
    #expect(picture.image.width == 200 && picture.image.height == 120)
    #expect(picture.colour(20, 20) == Colour.blue.hex)
    #expect(picture.colour(9, 20) == 0xFFFFFF && picture.colour(31, 20) == 0xFFFFFF)
    #expect(
      picture.colour(60, 20) == Colour.vermillion.hex && picture.colour(52.5, 12.5) == 0xFFFFFF)
    #expect(picture.colour(50, 50) == Colour.green.hex && picture.colour(50, 53) == 0xFFFFFF)
    #expect(picture.count(Colour.blue.hex) == 40 * 40)
  }

  @Test("what is outside of a clip is not drawn, and later things are")
  func clip() throws {
    var canvas = try Canvas(width: 40, height: 20, title: "clip")
    try canvas.clipped(to: Rectangle(x: 0, y: 0, width: 10, height: 20)) { canvas in
      canvas.rectangle(Rectangle(x: 0, y: 0, width: 40, height: 10), fill: .blue)
    }
    canvas.rectangle(Rectangle(x: 30, y: 0, width: 10, height: 20), fill: .green)
    let picture = try Rendered(canvas)
    #expect(picture.count(Colour.blue.hex) == 20 * 20)
    #expect(picture.count(Colour.green.hex) == 20 * 40)
    #expect(try SVGContent(canvas).elements.contains("clipPath"))
  }

  @Test("images keep their pixels, enlarged or not, in colour and grey")
  func images() throws {
    let grey = Image(width: 2, height: 2, channels: 1, pixels: [0, 255, 128, 64])
    let colours = Image(
      width: 2, height: 1, channels: 3, pixels: [0x12, 0x34, 0x56, 0xFE, 0xDC, 0xBA])
    var canvas = try Canvas(width: 60, height: 20, title: "images")
    canvas.image(grey, in: Rectangle(x: 0, y: 0, width: 20, height: 20))
    canvas.image(colours, in: Rectangle(x: 20, y: 0, width: 20, height: 20))
    canvas.image(colours, fittedInto: Rectangle(x: 40, y: 0, width: 20, height: 20))
    let picture = try Rendered(canvas)
    #expect(picture.colour(5, 5) == 0 && picture.colour(15, 5) == 0xFFFFFF)
    #expect(picture.colour(9, 11) == 0x808080 && picture.colour(11, 11) == 0x404040)
    #expect(picture.colour(29, 19) == 0x123456 && picture.colour(31, 1) == 0xFEDCBA)
    #expect(picture.colour(49, 9) == 0x123456 && picture.colour(49, 11) == 0xFFFFFF)
    #expect(try SVGContent(canvas).elements.filter { $0 == "image" }.count == 3)
  }

  @Test("text leaves ink where it is, on either side of its anchor")
  func text() throws {
    for (alignment, inked) in [(TextAlignment.start, 1), (.end, 0)] {
      var canvas = try Canvas(width: 100, height: 20, title: "text")
      try canvas.text("HHHH", at: Point(50, 15), TextStyle(size: 12, colour: .blue), alignment)
      let picture = try Rendered(canvas)
      let halves = [0.0, 50].map {
        picture.count(Colour.blue.hex, in: Rectangle(x: $0, y: 0, width: 50, height: 20))
      }
      #expect(halves[inked] > 50 && halves[1 - inked] == 0)
    }
    var turned = try Canvas(width: 20, height: 100, title: "text")
    try turned.text(
      "HHHH", at: Point(15, 50), TextStyle(size: 12, colour: .blue), isTurned: true)
    let upper = Rectangle(x: 0, y: 0, width: 20, height: 50)
    #expect(try Rendered(turned).count(Colour.blue.hex, in: upper) > 50)
  }

  @Test("numbers without a place are left out")
  func unusable() throws {
    var canvas = try Canvas(width: 10, height: 10, title: "none")
    canvas.line([Point(.nan, 0), Point(1, .infinity), Point(1e300, 2)], .blue)
    canvas.rectangle(Rectangle(x: 0, y: 0, width: .nan, height: 2), fill: .blue)
    canvas.circle(at: Point(0, 0), radius: .infinity, fill: .blue)
    try canvas.text("x", at: Point(0, -.infinity), TextStyle(size: 5))
    #expect(canvas.marks.isEmpty)
    #expect(try SVGContent(canvas).elements == ["svg", "title", "rect"])
  }

  @Test("points that can't be told apart are drawn once, and the last one always")
  func thinning() throws {
    var canvas = try Canvas(width: 100, height: 10, title: "many")
    canvas.line((0...100_000).map { Point(Double($0) / 1000, 5) }, .blue)
    guard case .line(let points, _)? = canvas.marks.first else { throw NotXML(reason: "no line") }
    #expect(points.count < 1100 && points.last == Point(100, 5))
  }

  @Test("sizes are bounded", arguments: [(0, 10), (10, 20_000), (Double.nan, 10), (10, .infinity)])
  func sizes(_ width: Double, _ height: Double) {
    #expect(throws: InceptError.self) { try Canvas(width: width, height: height, title: "") }
  }

  @Test("a PNG of too many pixels is refused, other formats are not")
  func pixels() throws {
    let canvas = try Canvas(width: 14_000, height: 14_000, title: "large")
    #expect { try canvas.encoded(.png) } throws: { ($0 as? InceptError)?.category == .usage }
    #expect(try canvas.encoded(.svg).count < 1000)
  }
}

@Suite("picture files")
struct PictureFileTests {
  private func sample() throws -> Canvas {
    var canvas = try Canvas(width: 120, height: 80, title: "sample (1) \\ <>")
    let chart = Chart(
      title: "Title", x: Axis("x", linear: 0...4), y: Axis("y", linear: 0...8),
      series: [.init(.line, (0...4).map { Point(Double($0), Double(2 * $0)) }, .blue)])
    try chart.draw(on: &canvas, in: Rectangle(x: 0, y: 0, width: 120, height: 80))
    canvas.image(
      Image(width: 1, height: 1, channels: 1, pixels: [9]),
      in: Rectangle(x: 0, y: 0, width: 9, height: 9))
    return canvas
  }

  private func scratch() throws -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("drawing-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  @Test("the ending decides, in any case")
  func endings() throws {
    #expect(try PictureFormat(path: "a/b.PNG") == .png)
    #expect(try PictureFormat(path: "x.y.svg") == .svg)
    #expect(try PictureFormat(path: "./c.pdf") == .pdf)
    for path in ["", "png", ".png", "a.jpg", "a.png/", "b.", "dir.svg/file"] {
      #expect("\(path)") { try PictureFormat(path: path) } throws: { error in
        let error = error as? InceptError
        return error?.category == .usage
          && error?.description.contains(".png, .pdf or .svg") == true
      }
    }
  }

  @Test("equal pictures are equal files", arguments: PictureFormat.allCases)
  func deterministic(_ format: PictureFormat) throws {
    let first = try sample().encoded(format)
    #expect(try first == sample().encoded(format))
    if format == .pdf {
      let text = String(decoding: first, as: UTF8.self)
      #expect(text.hasPrefix("%PDF-1.") && text.hasSuffix("%%EOF\n"))
      #expect(!text.contains("D:\(Calendar.current.component(.year, from: Date()))"))
    }
  }

  @Test("files appear whole, and nothing else does", arguments: PictureFormat.allCases)
  func files(_ format: PictureFormat) throws {
    let folder = try scratch()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("picture.\(format.rawValue)").path
    try sample().write(to: path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count > 500)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    #expect { try sample().write(to: folder.path + "/none/a.svg") } throws: {
      ($0 as? InceptError)?.category == .cannotCreate
    }
  }

  @Test(
    "poppler reads the PDF and finds its text",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/pdftotext"), "no poppler"))
  func poppler() throws {
    let folder = try scratch()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("picture.pdf").path
    try sample().write(to: path)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/pdftotext")
    process.arguments = [path, path + ".txt"]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(try String(contentsOfFile: path + ".txt", encoding: .utf8).contains("Title"))
  }
}
