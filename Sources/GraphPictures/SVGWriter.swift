import Profiling

/// A picture of a graph as one SVG file (SVG 1.1): nothing is loaded, text is text, it prints on white.
package struct SVGWriter {
  private let placed: PlacedGraph
  private let graph: PictureGraph
  private let greatestTime: Double
  private var text = ""

  private static let margin = 24.0
  private static let titleSize = 17.0
  private static let captionSize = 11.0
  private static let legendRow = 18.0

  /// The picture of a graph with all scopes open.
  package static func text(_ graph: PictureGraph) -> String {
    text(PlacedGraph(LayeredGraph(graph)))
  }

  /// The picture of a placed graph.
  package static func text(_ placed: PlacedGraph) -> String {
    var writer = SVGWriter(placed)
    return writer.write()
  }

  private init(_ placed: PlacedGraph) {
    self.placed = placed
    graph = placed.layered.graph
    greatestTime = graph.nodes.map { $0.time?.microseconds ?? 0 }.max() ?? 0
  }

  private var showsTimes: Bool { graph.profile != nil && greatestTime > 0 }

  private mutating func write() -> String {
    let whole = placed.scopes.first.flatMap { $0 } ?? .init(x: 0, y: 0, width: 0, height: 0)
    let captions = [graph.caption] + graph.notes
    let legend = legend()
    let widths =
      captions.map { TextFit.width($0, size: Self.captionSize) }
      + [TextFit.width(graph.title, size: Self.titleSize, bold: true), legend.width]
    let content = min(max(whole.width, widths.max() ?? 0), max(whole.width, 900))
    let width = content + 2 * Self.margin
    let head = Self.margin + 24 + Double(captions.count) * 16 + legend.height + 16
    let height = head + whole.height + Self.margin
    let size = "\(XMLText.number(width)) \(XMLText.number(height))"
    text += """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="\(XMLText.number(width))" \
      height="\(XMLText.number(height))" viewBox="0 0 \(size)" role="img" \
      font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">
      <title>\(XMLText.escaped(graph.title))</title>
      <desc>\(XMLText.escaped(graph.caption))</desc>
      \(Self.style)
      <rect width="100%" height="100%" fill="#fff"/>

      """
    var y = Self.margin + 14
    line(graph.title, y: y, size: Self.titleSize, width: content, bold: true)
    y += 20
    for caption in captions {
      line(caption, y: y, size: Self.captionSize, width: content)
      y += 16
    }
    text += "<g transform=\"translate(\(XMLText.number(Self.margin)) \(XMLText.number(y)))\">\n"
    text += legend.text + "</g>\n"
    let left = Self.margin + (content - whole.width) / 2
    text += "<g transform=\"translate(\(XMLText.number(left)) \(XMLText.number(head)))\">\n"
    writeScopes()
    writeLines()
    writeNodes()
    writeLabels()
    text += "</g>\n</svg>\n"
    return text
  }

  /// Classes rather than attributes keep the file small; all renderers that matter know them.
  private static let style = """
    <style>
    .s{fill:#57708c;fill-opacity:.06;stroke:#8796a8;stroke-width:1}
    .t{font-size:10px;font-weight:bold;fill:#33475e;stroke:#fff;stroke-width:3;paint-order:stroke}
    .w{fill:none;stroke:#5b6670;stroke-width:1.2}
    .d{fill:none;stroke:#8a949e;stroke-width:.8;stroke-opacity:.5}
    .a{fill:#5b6670}
    .b{stroke-width:1}
    .h{font-size:11.5px;font-weight:bold;fill:#fff}
    .n{font-size:10px;fill:#111}
    .x{font-size:10px;fill:#333}
    .m{font-size:10px;font-weight:bold;fill:#111}
    .l{font-size:9.5px;fill:#3a4650;text-anchor:middle}
    .l{stroke:#fff;stroke-width:3.5;paint-order:stroke}
    </style>
    """

  /// A line of the head, cut where it is wider than the picture may be.
  private mutating func line(
    _ string: String, y: Double, size: Double, width: Double, bold: Bool = false
  ) {
    let clean = TextFit.clean(string, limit: 600)
    let fitted = TextFit.fit(clean, size: size, width: width, bold: bold)
    let style = bold ? "font-weight=\"bold\"" : "fill=\"#444\""
    text += "<text x=\"\(XMLText.number(Self.margin))\" y=\"\(XMLText.number(y))\" "
    text += "font-size=\"\(XMLText.number(size))\" \(style)>\(XMLText.escaped(fitted))</text>\n"
  }

  // MARK: Legend

  private func legend() -> (text: String, width: Double, height: Double) {
    showsTimes ? timeLegend() : familyLegend()
  }

  private func familyLegend() -> (text: String, width: Double, height: Double) {
    let present = Set(graph.nodes.map { OpFamily($0) })
    var (text, x, y) = ("", 0.0, 0.0)
    var widest = 0.0
    for family in OpFamily.allCases where present.contains(family) {
      let width = TextFit.width(family.name, size: 10) + 34
      if x + width > 860 {
        x = 0
        y += Self.legendRow
      }
      text += "<rect x=\"\(XMLText.number(x))\" y=\"\(XMLText.number(y))\" "
      text += "width=\"12\" height=\"12\" rx=\"2\" fill=\"\(family.colour)\"/>"
      text += "<text class=\"x\" x=\"\(XMLText.number(x + 17))\" y=\"\(XMLText.number(y + 10))\">"
      text += "\(XMLText.escaped(family.name))</text>\n"
      x += width
      widest = max(widest, x)
    }
    return (text, widest, present.isEmpty ? 0 : y + Self.legendRow)
  }

  private func timeLegend() -> (text: String, width: Double, height: Double) {
    let steps = 40
    var text = ""
    for step in 0..<steps {
      let colour = HeatScale.colour(at: (Double(step) + 0.5) / Double(steps)).fill
      text += "<rect x=\"\(step * 6)\" width=\"6.5\" height=\"12\" fill=\"\(colour)\"/>"
    }
    text += "<rect width=\"240\" height=\"12\" fill=\"none\" stroke=\"#777\"/>\n"
    for part in [0, 0.25, 0.5, 1.0] {
      // Half of the scale's length is a quarter of the time.
      let amount = NumberText.fixed(greatestTime * part * part, greatestTime >= 100 ? 0 : 1)
      let anchor = part == 0 ? "start" : part == 1 ? "end" : "middle"
      text += "<text class=\"x\" x=\"\(XMLText.number(240 * part))\" y=\"25\" "
      text += "text-anchor=\"\(anchor)\">\(amount)</text>"
    }
    text += "<text class=\"x\" x=\"250\" y=\"10\">microseconds per node: "
    text += "\(XMLText.escaped(graph.profile ?? "", limit: 160))</text>\n"
    return (text, 700, 32)
  }

  // MARK: Boxes and lines

  private mutating func writeScopes() {
    for (number, box) in placed.scopes.enumerated() where number > 0 {
      guard let box, placed.isOpen[number] else { continue }
      rectangle(box, radius: 6, "class=\"s\"")
    }
  }

  private mutating func rectangle(_ box: PlacedGraph.Box, radius: Double, _ attributes: String) {
    text += "<rect x=\"\(XMLText.number(box.x))\" y=\"\(XMLText.number(box.y))\" "
    text += "width=\"\(XMLText.number(box.width))\" height=\"\(XMLText.number(box.height))\" "
    text += "rx=\"\(XMLText.number(radius))\" \(attributes)/>\n"
  }

  private mutating func writeLines() {
    for isDirect in [true, false] {
      var paths: [Int: String] = [:]
      var arrows: [Int: String] = [:]
      var values: [Int] = []
      for piece in placed.pieces where piece.isDirect == isDirect {
        if paths[piece.value] == nil { values.append(piece.value) }
        paths[piece.value, default: ""] += Self.path(piece)
        if piece.hasArrow { arrows[piece.value, default: ""] += Self.arrow(piece) }
      }
      for value in values {
        let made = placed.layered.values[value]
        let source = graph.nodes[made.node]
        let shape = source.outputs.indices.contains(made.output) ? source.outputs[made.output] : ""
        text += "<g><title>\(XMLText.escaped(source.name, limit: 300)): "
        text += "\(XMLText.escaped(shape, limit: 100))</title>"
        text += "<path class=\"\(isDirect ? "d" : "w")\" d=\"\(paths[value] ?? "")\"/>"
        if let arrow = arrows[value] { text += "<path class=\"a\" d=\"\(arrow)\"/>" }
        text += "</g>\n"
      }
    }
  }

  static func path(_ piece: PlacedGraph.Piece) -> String {
    let end = piece.hasArrow ? piece.endY - 4 : piece.endY
    let (x0, y0) = (XMLText.number(piece.startX), XMLText.number(piece.startY))
    if piece.startX == piece.endX { return "M\(x0) \(y0)V\(XMLText.number(end))" }
    let half = (piece.bendY + end) / 2
    let straight = piece.bendY > piece.startY ? "V\(XMLText.number(piece.bendY))" : ""
    let (x1, middle) = (XMLText.number(piece.endX), XMLText.number(half))
    return "M\(x0) \(y0)\(straight)C\(x0) \(middle) \(x1) \(middle) \(x1) \(XMLText.number(end))"
  }

  private static func arrow(_ piece: PlacedGraph.Piece) -> String {
    "M\(XMLText.number(piece.endX)) \(XMLText.number(piece.endY))l-3.2 -6.5h6.4z"
  }

  private mutating func writeNodes() {
    for (index, box) in placed.nodes.enumerated() {
      guard let box else { continue }
      let node = graph.nodes[index]
      let family = OpFamily(node)
      var (head, body, ink, headInk) = (family.colour, family.tint, "", "")
      if showsTimes {
        let amount = node.time?.microseconds ?? 0
        let colour = HeatScale.colour(at: HeatScale.position(amount, of: greatestTime))
        (head, body) = (colour.fill, colour.fill)
        ink = " style=\"fill:\(colour.text)\""
        headInk = ink
      }
      text += "<g><title>\(XMLText.escaped(tooltip(node), limit: 1_500))</title>"
      write(
        placed.sizes.nodes[index], at: box, head, body, family.colour, (headInk, ink), node.kind)
      text += "</g>\n"
    }
    for (number, box) in placed.scopes.enumerated() where number > 0 && !placed.isOpen[number] {
      guard let box else { continue }
      text += "<g>"
      write(
        placed.sizes.scopes[number], at: box, "#33475e", "#e9eef3", "#33475e", ("", ""), .op)
      text += "</g>\n"
    }
  }

  private mutating func write(
    _ content: BoxSizes.Box, at place: PlacedGraph.Box, _ head: String, _ body: String,
    _ border: String, _ ink: (head: String, body: String), _ kind: PictureGraph.Kind
  ) {
    let radius = kind == .op ? 4.0 : place.height / 2
    rectangle(
      place, radius: radius,
      "class=\"b\" fill=\"\(content.lines.count > 1 ? body : head)\" stroke=\"\(border)\"")
    if content.lines.count > 1, head != body {
      let (x, y) = (XMLText.number(place.x), XMLText.number(place.y + BoxSizes.head))
      text += "<path fill=\"\(head)\" d=\"M\(x) \(y)v-\(XMLText.number(BoxSizes.head - radius))"
      let (r, arc) = (
        XMLText.number(radius), "a\(XMLText.number(radius)) \(XMLText.number(radius))"
      )
      text += "\(arc) 0 0 1 \(r) -\(r)h\(XMLText.number(place.width - 2 * radius))"
      text += "\(arc) 0 0 1 \(r) \(r)v\(XMLText.number(BoxSizes.head - radius))z\"/>"
    }
    let middle = XMLText.number(place.x + place.width / 2)
    for (index, line) in content.lines.enumerated() {
      let isHead = line.role == .head
      let y =
        isHead
        ? place.y + (content.lines.count > 1 ? 13.5 : place.height / 2 + 4)
        : place.y + BoxSizes.head + 2 + Double(index) * BoxSizes.line - 4
      let name = isHead ? "h" : line.role == .name ? "n" : line.role == .detail ? "x" : "m"
      text += "<text class=\"\(name)\" text-anchor=\"middle\" "
      text += "x=\"\(middle)\" y=\"\(XMLText.number(y))\""
      text += "\(isHead ? ink.head : ink.body)>\(XMLText.escaped(line.text))</text>"
    }
  }

  private func tooltip(_ node: PictureGraph.Node) -> String {
    var lines = [node.name]
    if !node.op.isEmpty { lines.append(([node.op] + [node.detail]).joined(separator: " ")) }
    if !node.outputs.isEmpty { lines.append("output " + node.outputs.joined(separator: ", ")) }
    if node.parameters > 0 { lines.append("\(NumberText.count(node.parameters)) parameters") }
    if node.macs > 0 { lines.append("\(NumberText.count(node.macs)) multiply-adds") }
    if let time = node.time {
      lines.append(time.fusedInto.map { "computed by \($0)" } ?? Amounts.time(time))
    }
    return lines.joined(separator: "; ")
  }

  private mutating func writeLabels() {
    for label in placed.labels {
      let value = placed.layered.values[label.value]
      let outputs = graph.nodes[value.node].outputs
      guard outputs.indices.contains(value.output) else { continue }
      let shape = XMLText.escaped(outputs[value.output], limit: 60)
      text += "<text class=\"l\" x=\"\(XMLText.number(label.x))\" "
      text += "y=\"\(XMLText.number(label.y + 4))\">\(shape)</text>\n"
    }
    for (number, box) in placed.scopes.enumerated() where number > 0 && placed.isOpen[number] {
      guard let box else { continue }
      let fitted = TextFit.fit(
        placed.sizes.titles[number], size: BoxSizes.textSize, width: box.width - 18, bold: true)
      text += "<text class=\"t\" x=\"\(XMLText.number(box.x + 9))\" "
      text += "y=\"\(XMLText.number(box.y + 14))\">\(XMLText.escaped(fitted))</text>\n"
    }
  }
}
