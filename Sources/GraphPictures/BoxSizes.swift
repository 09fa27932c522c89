import Profiling

/// How large boxes are and what is written in them.
package struct BoxSizes: Sendable {
  /// A line of text in a box.
  package struct Line: Sendable, Hashable {
    /// What it says, cut to the box's width.
    package var text: String
    /// What it is.
    package var role: Role
  }

  /// What a line of text is.
  package enum Role: String, Sendable {
    /// The operator, or a module's name, on colour.
    case head
    /// The node's name.
    case name
    /// Attributes.
    case detail
    /// The time.
    case time
  }

  /// A box that is not open.
  package struct Box: Sendable, Hashable {
    /// Width.
    package var width: Double
    /// Height, without labels of values.
    package var height: Double
    /// The text.
    package var lines: [Line]
  }

  /// The box of each node.
  package let nodes: [Box]
  /// The box of each scope when it is closed.
  package let scopes: [Box]
  /// The title of each scope when it is open.
  package let titles: [String]

  /// Height of the coloured head.
  package static let head = 19.0
  /// Height of a further line.
  package static let line = 14.0
  /// Font size of the head.
  package static let headSize = 11.5
  /// Font size of everything else.
  package static let textSize = 10.0
  /// Height of the room below a box for the shapes of its values.
  package static let label = 17.0
  /// Height of an open scope's title.
  package static let title = 20.0

  private static let narrowest = 92.0
  private static let widest = 210.0
  private static let margin = 18.0

  /// Measures everything that a graph shows.
  package init(_ layered: LayeredGraph) {
    let graph = layered.graph
    var labels = [Double](repeating: 0, count: graph.nodes.count)
    for value in layered.values {
      guard graph.nodes[value.node].outputs.indices.contains(value.output) else { continue }
      let text = TextFit.clean(graph.nodes[value.node].outputs[value.output], limit: 60)
      labels[value.node] += TextFit.width(text, size: Self.textSize) + 14
    }
    nodes = graph.nodes.enumerated().map { index, node in
      var lines: [Line] = []
      let label = node.label(within: layered.hierarchy.levels[index])
      if node.kind == .op {
        lines.append(Line(text: node.op, role: .head))
        if !node.detail.isEmpty { lines.append(Line(text: node.detail, role: .detail)) }
        lines.append(Line(text: label, role: .name))
      } else {
        lines.append(Line(text: label, role: .head))
      }
      if let time = node.time, time.microseconds > 0 {
        lines.append(Line(text: Amounts.time(time), role: .time))
      }
      return Self.box(lines, atLeast: labels[index] > 600 ? 0 : labels[index])
    }
    var totals = [Amounts](repeating: Amounts(), count: layered.hierarchy.scopes.count)
    for (index, node) in graph.nodes.enumerated() {
      totals[layered.hierarchy.scopeOfNode[index]].add(node)
    }
    for (index, scope) in layered.hierarchy.scopes.enumerated().reversed() {
      if let parent = scope.parent { totals[parent].add(totals[index]) }
    }
    scopes = layered.hierarchy.scopes.enumerated().map { index, scope in
      var lines = [Line(text: scope.title, role: .head)]
      lines.append(Line(text: "\(scope.nodeCount) nodes", role: .detail))
      if totals[index].parameters + totals[index].macs > 0 {
        lines.append(Line(text: totals[index].text, role: .name))
      }
      if totals[index].microseconds > 0 {
        lines.append(Line(text: totals[index].timeText, role: .time))
      }
      // Room for the mark that says that it can be opened.
      let title = TextFit.width(
        TextFit.clean(scope.title, limit: 100), size: Self.headSize, bold: true)
      return Self.box(lines, atLeast: max(120, min(Self.widest + 24, title + 2 * Self.margin + 12)))
    }
    titles = layered.hierarchy.scopes.map { TextFit.clean($0.title, limit: 200) }
  }

  private static func box(_ lines: [Line], atLeast least: Double) -> Box {
    let cleaned = lines.map { Line(text: TextFit.clean($0.text, limit: 300), role: $0.role) }
    func size(_ line: Line) -> Double { line.role == .head ? headSize : textSize }
    let needed = cleaned.map {
      TextFit.width($0.text, size: size($0), bold: $0.role == .head) + margin
    }
    let wanted = max(narrowest, min(widest, needed.max() ?? 0), least)
    let width = (wanted / 2).rounded(.up) * 2
    let cut = cleaned.map { line in
      Line(
        text: TextFit.fit(
          line.text, size: size(line), width: width - margin + 6, bold: line.role == .head),
        role: line.role)
    }
    let rest = Double(lines.count - 1)
    return Box(width: width, height: head + (rest > 0 ? rest * line + 6 : 3), lines: cut)
  }
}

/// Sums over nodes.
struct Amounts {
  private(set) var parameters = 0
  private(set) var macs = 0
  private(set) var microseconds = 0.0
  private(set) var share = 0.0

  mutating func add(_ node: PictureGraph.Node) {
    parameters = parameters.addingClamped(node.parameters)
    macs = macs.addingClamped(node.macs)
    microseconds += node.time?.microseconds ?? 0
    share += node.time?.share ?? 0
  }

  mutating func add(_ other: Amounts) {
    parameters = parameters.addingClamped(other.parameters)
    macs = macs.addingClamped(other.macs)
    microseconds += other.microseconds
    share += other.share
  }

  /// `1.2 M parameters, 3 G macs`
  var text: String {
    "\(NumberText.count(parameters)) params, \(NumberText.count(macs)) macs"
  }

  var timeText: String { Self.time(microseconds, share) }

  static func time(_ time: PictureGraph.Time) -> String { self.time(time.microseconds, time.share) }

  private static func time(_ microseconds: Double, _ share: Double) -> String {
    let amount =
      microseconds >= 10_000
      ? NumberText.fixed(microseconds / 1_000, 1) + " ms"
      : microseconds >= 1_000
        ? NumberText.fixed(microseconds / 1_000, 2) + " ms"
        : NumberText.fixed(microseconds, microseconds >= 100 ? 0 : 1) + " µs"
    return "\(amount), \(NumberText.percent(share))"
  }
}

extension Int {
  /// The sum, or the largest number where it is larger.
  func addingClamped(_ other: Int) -> Int {
    let (sum, isTooLarge) = addingReportingOverflow(other)
    return isTooLarge ? .max : sum
  }
}
