import Drawing
import Foundation
import TensorCore
import Testing

@Suite("text in pictures")
struct TextTests {
  private let style = TextStyle(size: 10)

  @Test("long text is cut to the width that there is and ends in an ellipsis")
  func elision() throws {
    let typesetter = try Typesetter()
    let text = "a class with a name that goes on and on"
    let whole = try typesetter.width(text, style)
    #expect(try typesetter.fitted(text, style, limit: whole + 0.01) == text)
    for part in [0.9, 0.5, 0.2] {
      let fitted = try typesetter.fitted(text, style, limit: part * whole)
      #expect(fitted.hasSuffix("…") && text.hasPrefix(fitted.dropLast()))
      #expect(try typesetter.width(fitted, style) <= part * whole)
    }
    #expect(try typesetter.fitted(text, style, limit: 1) == "")
    #expect(try typesetter.fitted("", style, limit: 0) == "")
  }

  @Test("width grows with size, weight and letters")
  func width() throws {
    let typesetter = try Typesetter()
    let width = try typesetter.width("Egyptian cat", style)
    #expect(abs(try typesetter.width("Egyptian cat", TextStyle(size: 20)) - 2 * width) < 1e-9)
    #expect(try typesetter.width("Egyptian cats", style) > width)
    #expect(try typesetter.width("Egyptian cat", TextStyle(size: 10, isBold: true)) > width)
    #expect(30...120 ~= width)
  }

  @Test("what steers a reader is left out, and length is bounded")
  func printable() {
    #expect(Label.printable("a\nb\u{1B}[31m\0c") == "a b [31m c")
    #expect(Label.printable("x\u{202E}gnp.exe\u{200D}\u{FEFF}") == "xgnp.exe")
    #expect(Label.printable("\u{FFFE}\u{E000}") == "\u{FFFD}\u{FFFD}")
    #expect(Label.printable("naïve 猫 🐈") == "naïve 猫 🐈")
    #expect(Label.printable(String(repeating: "ab", count: 1 << 20)).unicodeScalars.count == 257)
    let stacked = "z" + String(repeating: "\u{0301}", count: 100_000)
    #expect(Label.printable(stacked).unicodeScalars.count <= 257)
  }

  static let hostile = [
    "</text><script>alert(1)</script>", "&amp;&#0;&lt;", "]]>", "\" onload=\"x", "'", "\0",
    "\u{1}\u{8}\u{B}\u{1F}\u{7F}\u{85}", "\u{FFFE}\u{FFFF}", "\u{2028}\u{2029}", "\u{202E}abc",
    "🐈‍⬛👨‍👩‍👧", "猫", "\u{10FFFF}", String(repeating: "W", count: 100_000),
    String(repeating: "\u{0301}", count: 10_000), "%s%n%p", "   ", "",
  ]

  @Test("hostile labels become well-formed files of every kind", arguments: hostile)
  func hostileLabels(_ label: String) throws {
    var canvas = try Canvas(width: 200, height: 120, title: label)
    let points = [Point(3, 0), Point(20, 1)]
    let chart = Chart(
      title: label, x: Axis(label, logarithmic: 1...100), y: Axis(label, categories: [label, "b"]),
      series: [.init(.bars, points, .blue, name: label)],
      callouts: points.map { .init(at: $0, label) })
    try chart.draw(on: &canvas, in: Rectangle(x: 0, y: 0, width: 200, height: 120))
    let content = try SVGContent(canvas)
    #expect(content.texts.contains("100") && !content.elements.contains("script"))
    #expect(content.texts.allSatisfy { $0.unicodeScalars.count <= 257 })
    #expect(try Rendered(canvas).image.width == 400)
    #expect(try canvas.encoded(.pdf).starts(with: Array("%PDF".utf8)))
  }

  @Test("controls, quotes and brackets are kept as text in SVG")
  func escapes() throws {
    var canvas = try Canvas(width: 300, height: 20, title: "<&>")
    try canvas.text("a<b & \"c\" > 'd'", at: Point(0, 15), style)
    #expect(try SVGContent(canvas).texts == ["a<b & \"c\" > 'd'"])
  }
}
