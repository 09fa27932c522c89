import Profiling

/// A graph for Graphviz, in its DOT language: modules as clusters, shapes on the edges.
package enum DOTWriter {
  /// The graph as DOT. Identifiers are `n` and a node's position, so that they are what they are under any name.
  package static func text(_ graph: PictureGraph) -> String {
    let hierarchy = Hierarchy(graph)
    let greatest = graph.nodes.map { $0.time?.microseconds ?? 0 }.max() ?? 0
    var text = """
      digraph \(quoted([graph.title])) {
        graph [label=\(quoted([graph.title, graph.caption] + graph.notes)), labelloc=t, \
      fontname="sans-serif"];
        node [shape=box, style="rounded,filled", fontname="sans-serif", fontsize=11];
        edge [fontname="sans-serif", fontsize=9, color="#5b6670", arrowsize=0.7];

      """
    // Scopes hold scopes to no more than a small depth.
    func write(_ scope: Int, _ indent: String) {
      for child in hierarchy.scopes[scope].children {
        switch child {
        case .node(let node):
          text += "\(indent)n\(node) [\(attributes(graph.nodes[node], greatest, graph))];\n"
        case .scope(let inner):
          text += "\(indent)subgraph cluster_\(inner) {\n"
          text += "\(indent)  label=\(quoted([hierarchy.scopes[inner].title])); "
          text += "labeljust=l; color=\"#8796a8\"; style=\"rounded,filled\"; "
          text += "fillcolor=\"#57708c10\";\n"
          write(inner, indent + "  ")
          text += "\(indent)}\n"
        }
      }
    }
    write(0, "  ")
    for edge in hierarchy.edges {
      let outputs = graph.nodes[edge.from].outputs
      let shape = outputs.indices.contains(edge.output) ? outputs[edge.output] : ""
      text += "  n\(edge.from) -> n\(edge.to) [label=\(quoted([shape]))];\n"
    }
    return text + "}\n"
  }

  private static func attributes(
    _ node: PictureGraph.Node, _ greatest: Double, _ graph: PictureGraph
  ) -> String {
    var lines = node.op.isEmpty ? [] : [node.op]
    if !node.detail.isEmpty { lines.append(node.detail) }
    lines.append(node.name)
    if let time = node.time, time.microseconds > 0 { lines.append(Amounts.time(time)) }
    let family = OpFamily(node)
    var colours = "color=\"\(family.colour)\", fillcolor=\"\(family.tint)\""
    if graph.profile != nil, greatest > 0 {
      let position = HeatScale.position(node.time?.microseconds ?? 0, of: greatest)
      let heat = HeatScale.colour(at: position)
      colours = "color=\"\(family.colour)\", fillcolor=\"\(heat.fill)\", fontcolor=\"\(heat.text)\""
    }
    let shape = node.kind == .op ? "" : ", shape=ellipse"
    return "label=\(quoted(lines)), \(colours)\(shape), tooltip=\(quoted([node.name]))"
  }

  /// Lines as a quoted string. Names over a few hundred characters are cut: Graphviz refuses very long ones.
  private static func quoted(_ lines: [String]) -> String {
    let escaped = lines.map { line in
      TextFit.clean(line, limit: 300).unicodeScalars.map { scalar in
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        // Graphviz reads HTML's entities in strings.
        case "&": "&amp;"
        default: String(scalar)
        }
      }.joined()
    }
    return "\"" + escaped.joined(separator: "\\n") + "\""
  }
}
