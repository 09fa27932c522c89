import Foundation
import GraphPictures
import Profiling
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("Pictures as files")
struct WriterTests {
  /// Names that break a writer that forgets one of its rules.
  static let hostile = [
    "\"quoted\" & <b>'", "</script><script>alert(1)</script>", "<!-- a -->]]>",
    "a\u{0}b\u{1B}[31m\u{7}",
    "\u{202E}drawkcab\u{2066}", "🙂👩‍👩‍👧 界 עברית", String(repeating: "long", count: 2_500),
    "back\\slash\\n\\", "\u{FFFE}\u{FFFF}\u{2028}", "&amp; &lt; %s {\\N} \\G", "", "a\nb\rc\td",
  ]

  private var graph: PictureGraph {
    let names = Self.hostile
    var graph = PictureGraph.made(names.count, name: { names[$0] }) { [$0 - 1] }
    for index in graph.nodes.indices {
      graph.nodes[index].op += names[index % names.count]
      graph.nodes[index].detail = names[(index + 1) % names.count]
      graph.nodes[index].outputs = [names[(index + 2) % names.count]]
      graph.nodes[index].path = [names[index / 3 % names.count]]
      graph.nodes[index].attributes = [
        .init(names[(index + 3) % names.count], names[index % names.count])
      ]
    }
    graph.title = names[1]
    graph.caption = names[0]
    graph.notes = names
    return graph
  }

  private func parses(_ text: String) -> Bool { XMLParser(data: Data(text.utf8)).parse() }

  @Test("an SVG with hostile names is XML")
  func svg() {
    let text = SVGWriter.text(graph)
    #expect(parses(text))
    #expect(!text.contains("<script"))
    #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
    #expect(text.utf8.count < 400_000)
  }

  @Test("lines above a narrow picture are whole, whichever is the widest", arguments: 0..<100)
  func head(length: Int) {
    var graph = PictureGraph.made(1, name: { _ in "a" }) { _ in [] }
    graph.title = String("A title of some words, and more".prefix(length % 32))
    graph.caption = String("7 operators".prefix(length % 12))
    graph.notes = [String(String(repeating: "5 launches, 11.4 KiB. ", count: 5).prefix(length))]
    let text = SVGWriter.text(graph)
    for line in [graph.title, graph.caption] + graph.notes {
      #expect(text.contains(">\(line)</text>"), "\(line)")
    }
  }

  @Test("a page with hostile names has its own scripts only")
  func html() {
    let text = HTMLWriter.text(graph)
    #expect(text.components(separatedBy: "</script>").count == 4 - 1)
    #expect(!text.contains("<!-- a"))
    #expect(!text.contains("http:") || text.components(separatedBy: "http:").count == 2)
  }

  @Test("the page's data is JSON and tells every node")
  func data() throws {
    let data = GraphViewer.data(graph)
    #expect(!data.contains("<") && !data.contains(">"))
    let root = try #require(
      JSONSerialization.jsonObject(with: Data(data.utf8)) as? [String: Any])
    #expect((root["nodes"] as? [Any])?.count == graph.nodes.count)
    #expect(root["schema"] as? String == "incept.picture/1")
  }

  @Test("DOT with hostile names has balanced quotes and brackets")
  func dot() {
    let text = DOTWriter.text(graph)
    for line in text.split(separator: "\n") {
      var quotes = 0
      var isEscaped = false
      for character in line.unicodeScalars {
        if isEscaped {
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else if character == "\"" {
          quotes += 1
        }
      }
      #expect(quotes.isMultiple(of: 2) && !isEscaped, "\(line.prefix(200))")
    }
    #expect(text.filter { $0 == "{" }.count >= text.components(separatedBy: "subgraph").count)
  }

  @Test("every edge of a DOT graph leads from a node to a node")
  func dotEdges() {
    let graph = PictureGraph.random(60, seed: 3, reach: 20, modules: 4)
    let lines = DOTWriter.text(graph).split(separator: "\n").map { $0.drop { $0 == " " } }
    let names = Set(
      lines.compactMap { line in
        line.firstRange(of: " [label=").map { line[..<$0.lowerBound] }
      })
    let edges = lines.filter { $0.contains(" -> ") }
    #expect(edges.count == graph.edges.count)
    for edge in edges {
      let ends = edge.prefix { $0 != "[" }.split(separator: " ").filter { $0 != "->" }
      #expect(ends.count == 2 && ends.allSatisfy { names.contains($0) }, "\(edge)")
    }
  }

  @Test("times colour the picture and say what they are")
  func times() {
    var graph = PictureGraph.made(3) { [$0 - 1] }
    graph.profile = "medians of 5 runs on a device"
    graph.nodes[1].time = .init(microseconds: 900, share: 0.9)
    graph.nodes[2].time = .init(microseconds: 100, share: 0.1)
    let svg = SVGWriter.text(graph)
    #expect(parses(svg) && svg.contains("900 µs, 90.0%") && svg.contains("medians of 5 runs"))
    #expect(svg.contains(HeatScale.colour(at: 1).fill))
    #expect(DOTWriter.text(graph).contains(HeatScale.colour(at: 1).fill))
  }

  @Test("colours of heads carry white text, bodies dark text")
  func contrast() {
    for family in OpFamily.allCases {
      #expect(contrast(family.colour, "#ffffff") >= 4.5, "\(family.name)")
      #expect(contrast(family.tint, "#111111") >= 7, "\(family.name)")
    }
  }

  /// Contrast of two colours (WCAG 2.2, 1.4.3).
  private func contrast(_ first: String, _ second: String) -> Double {
    func luminance(_ colour: String) -> Double {
      let digits = Array(colour.dropFirst())
      let linear = stride(from: 0, to: 6, by: 2).map { index -> Double in
        let value = Double(Int(String(digits[index...index + 1]), radix: 16) ?? 0) / 255
        return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
      }
      return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }
    let values = [luminance(first), luminance(second)].sorted()
    return (values[1] + 0.05) / (values[0] + 0.05)
  }
}
