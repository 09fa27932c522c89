/// Which modules nodes belong to: by their names where those have separators, else by the graph's shape.
package enum ModulePaths {
  /// Names have more parts than this only to be a nuisance; what is beyond stays one part.
  private static let deepest = 8

  /// Sets ``PictureGraph/Node/path`` and ``PictureGraph/Node/parts`` of every operator.
  package static func assign(to graph: inout PictureGraph) {
    let parts = graph.nodes.map { $0.kind == .op ? self.parts(of: $0.name) : [] }
    var modules: Set<[String]> = []
    for names in parts {
      for count in 1..<max(names.count, 1) { modules.insert(Array(names.prefix(count))) }
    }
    for index in graph.nodes.indices where graph.nodes[index].kind == .op {
      let names = parts[index]
      // A node of a module's own name, as the last of it often is, belongs to it.
      let isModule = modules.contains(names)
      graph.nodes[index].path = isModule ? names : Array(names.dropLast())
      graph.nodes[index].parts = names
    }
    addBlocks(to: &graph)
  }

  /// The parts of a name: between slashes, or where there are none between dots. Of several names joined by a pass,
  /// the first is taken apart and the rest kept with its last part.
  private static func parts(of name: String) -> [String] {
    let limited = String(name.prefix(1_000))
    let (first, rest) =
      limited.firstRange(of: " + ").map {
        (limited[..<$0.lowerBound], limited[$0.lowerBound...])
      } ?? (limited[...], "")
    let separator: Character = first.contains("/") ? "/" : "."
    var parts = first.split(separator: separator, maxSplits: deepest).map(String.init)
    guard let last = parts.popLast() else { return [name] }
    return parts + [last + rest]
  }

  /// Names the blocks of networks whose names know none: what lies between two nodes that everything passes through,
  /// where it branches. A block has the name of the node that ends it, as Keras's `mixed0`.
  private static func addBlocks(to graph: inout PictureGraph) {
    let count = graph.nodes.count
    let edges = graph.edges.filter {
      graph.nodes.indices.contains($0.from) && graph.nodes.indices.contains($0.to)
    }
    let order = Adjacency(count: count, edges: edges.map { ($0.from, $0.to) }).topologicalOrder()
    var position = [Int](repeating: 0, count: count)
    for (index, node) in order.enumerated() { position[node] = index }
    var reach = [Int](repeating: 0, count: count)
    var inputs = [Int](repeating: 0, count: count)
    for edge in edges {
      reach[position[edge.from]] = max(reach[position[edge.from]], position[edge.to])
      inputs[position[edge.to]] += 1
    }
    var furthest = 0
    var start = 0
    for place in order.indices {
      // No edge passes over a node that ends a block.
      if place > 0, furthest <= place {
        let block = (start + 1)..<(place + 1)
        if block.count > 2, inputs[place] > 1 { name(order[block], &graph) }
        start = place
      }
      furthest = max(furthest, reach[place])
    }
  }

  private static func name(_ members: ArraySlice<Int>, _ graph: inout PictureGraph) {
    guard let last = members.last, members.allSatisfy({ graph.nodes[$0].kind == .op }),
      members.count < graph.nodes.count - 3
    else { return }
    let inside = Set(members.compactMap { graph.nodes[$0].path.first })
    // Where names tell modules that fit, or reach beyond the block, they are left alone.
    let own = members.count { graph.nodes[$0].path.isEmpty }
    guard inside.count + own > 1 else { return }
    let members = Set(members)
    for (index, node) in graph.nodes.enumerated() where !members.contains(index) {
      if let module = node.path.first, inside.contains(module) { return }
    }
    let title = graph.nodes[last].parts.last ?? graph.nodes[last].name
    for node in members { graph.nodes[node].path.insert(title, at: 0) }
    for node in members { graph.nodes[node].blockDepth = 1 }
  }
}
