import Profiling

/// What the script in a page needs to draw a graph with any of its scopes open: layers, sizes and everything that is
/// known of the nodes.
struct ViewerData {
  private let layered: LayeredGraph
  private let sizes: BoxSizes
  private var graph: PictureGraph { layered.graph }

  init(_ layered: LayeredGraph) {
    self.layered = layered
    sizes = BoxSizes(layered)
  }

  func json() -> JSONValue {
    .object([
      .init("schema", .string("incept.picture/1")),
      .init("title", text(graph.title)), .init("caption", text(graph.caption)),
      .init("notes", .array(graph.notes.map(text))),
      .init("profile", graph.profile.map(text) ?? .null),
      .init("metrics", metrics),
      .init("families", .array(OpFamily.allCases.map(family))),
      .init("heat", .array(heat)),
      .init("nodes", .array(graph.nodes.indices.map(node))),
      .init("values", .array(layered.values.map(value))),
      .init("edges", .array(edges)),
      .init("scopes", .array(layered.scopes.indices.map(scope))),
    ])
  }

  /// Who reads what: a value and a node.
  private var edges: [JSONValue] {
    let numbers = Dictionary(
      uniqueKeysWithValues: layered.values.enumerated().map { ($1, $0) })
    return layered.hierarchy.edges.map { edge in
      let value = PictureValue(node: edge.from, output: edge.output)
      return .array([.integer(numbers[value] ?? 0), .integer(edge.to)])
    }
  }

  private func text(_ string: String) -> JSONValue { .string(TextFit.clean(string, limit: 12_000)) }

  /// The numbers of the layout, so that they are in one place.
  private var metrics: JSONValue {
    .object([
      .init("boxGap", .number(Placement.boxGap)), .init("lineGap", .number(Placement.lineGap)),
      .init("layerGap", .number(Placement.layerGap)), .init("margin", .number(Placement.margin)),
      .init("label", .number(BoxSizes.label)), .init("title", .number(BoxSizes.title)),
      .init("head", .number(BoxSizes.head)), .init("line", .number(BoxSizes.line)),
    ])
  }

  private var heat: [JSONValue] {
    HeatScale.colours.indices.map {
      .string(HeatScale.colour(at: Double($0) / Double(HeatScale.colours.count - 1)).fill)
    }
  }

  private func family(_ family: OpFamily) -> JSONValue {
    .object([
      .init("name", .string(family.name)), .init("colour", .string(family.colour)),
      .init("tint", .string(family.tint)),
    ])
  }

  private func box(_ box: BoxSizes.Box) -> [JSONValue.Member] {
    [
      .init("w", .number(box.width)), .init("h", .number(box.height)),
      .init("lines", .array(box.lines.flatMap { [.string($0.role.rawValue), .string($0.text)] })),
    ]
  }

  private func pairs(_ attributes: [PictureGraph.Attribute]) -> JSONValue {
    .array(attributes.map { .array([text($0.name), text($0.value)]) })
  }

  private func node(_ index: Int) -> JSONValue {
    let node = graph.nodes[index]
    var members: [JSONValue.Member] = [
      .init("name", text(node.name)), .init("op", text(node.op)),
      .init("kind", .string(node.kind.rawValue)),
      .init("family", .integer(OpFamily(node).rawValue)),
      .init("scope", .integer(layered.hierarchy.scopeOfNode[index])),
    ]
    members += box(sizes.nodes[index])
    members += [
      .init("outputs", .array(node.outputs.map(text))), .init("macs", .integer(node.macs)),
      .init("parameters", .integer(node.parameters)), .init("bytes", .integer(node.bytes)),
    ]
    if !node.attributes.isEmpty { members.append(.init("attributes", pairs(node.attributes))) }
    if node.sources.count > 1 || node.sources.first.map({ $0 != node.name }) == true {
      members.append(.init("sources", .array(node.sources.map(text))))
    }
    if let time = node.time {
      members.append(
        .init(
          "time",
          .object([
            .init("us", .number(time.microseconds)), .init("share", .number(time.share)),
            .init("figures", pairs(time.figures)),
            .init("fused", time.fusedInto.map(text) ?? .null),
          ])))
    }
    if !node.weights.isEmpty { members.append(.init("weights", .array(node.weights.map(weights)))) }
    return .object(members)
  }

  private func weights(_ weights: PictureGraph.Weights) -> JSONValue {
    var members: [JSONValue.Member] = [.init("shape", text(weights.shape))]
    if let statistics = weights.statistics {
      members += [
        .init("count", .integer(statistics.count)), .init("min", .number(statistics.min)),
        .init("max", .number(statistics.max)), .init("mean", .number(statistics.mean)),
        .init("deviation", .number(statistics.deviation)),
        .init("zeros", .integer(statistics.zeros)),
        .init("not_finite", .integer(statistics.notFinite)),
        .init("histogram", .array(statistics.histogram.map { .integer($0) })),
      ]
    }
    return .object(members)
  }

  /// The node, which of its results, and the width of the label.
  private func value(_ value: PictureValue) -> JSONValue {
    let outputs = graph.nodes[value.node].outputs
    let label = outputs.indices.contains(value.output) ? outputs[value.output] : ""
    let cleaned = TextFit.clean(label, limit: 60)
    let width = cleaned.isEmpty ? 0 : TextFit.width(cleaned, size: BoxSizes.textSize) + 10
    return .array([.integer(value.node), .integer(value.output), .number(width)])
  }

  private func scope(_ number: Int) -> JSONValue {
    let scope = layered.hierarchy.scopes[number]
    let drawn = layered.scopes[number]
    // Kinds: 0 node, 1 scope, 2 bend, 3 entry, 4 exit, each with what it is of.
    let items = drawn.items.flatMap { item in
      switch item {
      case .node(let node): [0, node]
      case .scope(let inner): [1, inner]
      case .bend(let value): [2, value]
      case .entry(let value): [3, value]
      case .exit(let value): [4, value]
      }
    }
    func numbers(_ values: [Int]) -> JSONValue { .array(values.map { .integer($0) }) }
    let title = sizes.titles[number]
    let width = TextFit.width(title, size: BoxSizes.textSize, bold: true)
    return .object(
      [
        .init("title", text(title)), .init("titleWidth", .number(width)),
        .init("parent", scope.parent.map { .integer($0) } ?? .null),
        .init("nodes", .integer(scope.nodeCount)),
      ] + box(sizes.scopes[number]) + [
        .init("items", numbers(items)), .init("ranks", numbers(drawn.ranks)),
        .init("layers", .array(drawn.layers.map(numbers))),
        .init("links", numbers(drawn.links.flatMap { [$0.from, $0.to, $0.value] })),
        .init("direct", numbers(drawn.direct.flatMap { [$0.from, $0.to, $0.value] })),
      ])
  }
}
