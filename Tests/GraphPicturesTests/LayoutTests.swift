import GraphPictures
import Testing

@Suite("Layout of graphs")
struct LayoutTests {
  /// What must hold of any placed graph; each violation in words.
  private func violations(_ placed: PlacedGraph) -> [String] {
    var found: [String] = []
    let hierarchy = placed.layered.hierarchy
    for (number, scope) in hierarchy.scopes.enumerated() where placed.isOpen[number] {
      guard let outer = placed.scopes[number] else { continue }
      let boxes = scope.children.compactMap { child -> (String, PlacedGraph.Box)? in
        switch child {
        case .node(let node): placed.nodes[node].map { ("node \(node)", $0) }
        case .scope(let inner): placed.scopes[inner].map { ("scope \(inner)", $0) }
        }
      }
      if boxes.count != scope.children.count { found.append("scope \(number) lacks boxes") }
      for (name, box) in boxes where !outer.contains(box) {
        found.append("\(name) is not within scope \(number)")
      }
      let sorted = boxes.sorted { $0.1.y < $1.1.y }
      for (index, (name, box)) in sorted.enumerated() {
        for (other, second) in sorted[(index + 1)...] {
          if second.y > box.bottom { break }
          if box.overlaps(second) { found.append("\(name) overlaps \(other)") }
        }
      }
    }
    for piece in placed.pieces where !(piece.startY <= piece.bendY && piece.bendY <= piece.endY) {
      found.append("a line of value \(piece.value) goes up")
    }
    for edge in hierarchy.edges {
      if let from = placed.nodes[edge.from], let to = placed.nodes[edge.to], from.bottom >= to.y {
        found.append("edge \(edge.from) to \(edge.to) goes up")
      }
    }
    return found
  }

  /// The nodes that lines, followed from border to border, lead to from each value's node.
  private func connected(_ layered: LayeredGraph) -> Set<[Int]> {
    var ends: Set<[Int]> = []
    var targets: [[Int]: [(scope: Int, item: Int)]] = [:]
    for (number, scope) in layered.scopes.enumerated() {
      for link in scope.links + scope.direct {
        targets[[number, link.from, link.value], default: []].append((number, link.to))
      }
    }
    func item(_ scope: Int, _ wanted: ScopeGraph.Item) -> Int {
      layered.scopes[scope].items.firstIndex(of: wanted) ?? -1
    }
    for (value, source) in layered.values.enumerated() {
      let scope = layered.hierarchy.scopeOfNode[source.node]
      var pending = [(scope: scope, item: item(scope, .node(source.node)))]
      while let (scope, from) = pending.popLast() {
        for (scope, to) in targets[[scope, from, value]] ?? [] {
          switch layered.scopes[scope].items[to] {
          case .node(let node): ends.insert([source.node, source.output, node])
          case .bend: pending.append((scope, to))
          case .scope(let inner): pending.append((inner, item(inner, .entry(value: value))))
          case .exit:
            if let parent = layered.hierarchy.scopes[scope].parent {
              pending.append((parent, item(parent, .scope(scope))))
            }
          case .entry: break
          }
        }
      }
    }
    return ends
  }

  @Test(
    "boxes never overlap, modules hold what is theirs, lines go down",
    arguments: [
      (1, 1, 0), (2, 3, 1), (7, 7, 0), (40, 5, 3), (60, 60, 4), (150, 12, 6), (300, 300, 9),
      (400, 3, 2),
    ])
  func invariants(_ count: Int, _ reach: Int, _ modules: Int) {
    for seed in 1...12 {
      let graph = PictureGraph.random(count, seed: UInt64(seed), reach: reach, modules: modules)
      let layered = LayeredGraph(graph)
      let all = PlacedGraph(layered)
      let problem = "random(\(count), seed: \(seed), reach: \(reach), modules: \(modules))"
      #expect(violations(all) == [], "\(problem)")
      #expect(all.nodes.allSatisfy { $0 != nil }, "\(problem)")
      let closed = PlacedGraph(layered, isOpen: layered.scopes.map { _ in false })
      #expect(violations(closed) == [], "\(problem), closed")
      let some = layered.scopes.indices.map { !$0.isMultiple(of: 3) }
      #expect(violations(PlacedGraph(layered, isOpen: some)) == [], "\(problem), some closed")
    }
  }

  @Test("lines lead wherever edges do, in and out of modules")
  func everyEdge() {
    for seed in 1...20 {
      let graph = PictureGraph.random(80, seed: UInt64(seed), reach: 30, modules: 5)
      let layered = LayeredGraph(graph)
      let edges = Set(layered.hierarchy.edges.map { [$0.from, $0.output, $0.to] })
      #expect(connected(layered) == edges, "random(80, seed: \(seed), reach: 30, modules: 5)")
      #expect(edges.count == Set(graph.edges).count, "seed \(seed)")
    }
  }

  @Test("the same graph is drawn the same every time")
  func deterministic() {
    let texts = (0..<3).map { _ in
      SVGWriter.text(PictureGraph.random(200, seed: 5, reach: 25, modules: 6))
    }
    #expect(texts[0] == texts[1] && texts[1] == texts[2])
  }

  @Test("deep, wide and large graphs are laid out soon", arguments: [0, 1, 2, 3])
  func large(_ kind: Int) {
    let graph =
      switch kind {
      case 0: PictureGraph.made(2_000) { [$0 - 1] }
      case 1: PictureGraph.random(2_000, seed: 1, reach: 400, modules: 0)
      case 2: PictureGraph.made(30_000) { [$0 - 1, max(-1, $0 - 40)] }
      default: PictureGraph.made(5_000) { _ in [-1] }
      }
    let clock = ContinuousClock()
    let start = clock.now
    let placed = PlacedGraph(LayeredGraph(graph))
    let seconds = (clock.now - start) / .seconds(1)
    #expect(seconds < (kind == 2 ? 20 : 6))
    #expect(placed.nodes.allSatisfy { $0 != nil })
  }

  @Test("modules named one within the other to any depth end somewhere")
  func deepNames() {
    let name = String(repeating: "a.", count: 5_000)
    let graph = PictureGraph.made(20, name: { "\(name)\($0)" }) { [$0 - 1] }
    #expect(violations(PlacedGraph(LayeredGraph(graph))) == [])
  }

  @Test("a chain without modules is straight")
  func chain() {
    let placed = PlacedGraph(LayeredGraph(PictureGraph.made(20) { [$0 - 1] }))
    let middles = Set(placed.nodes.compactMap { $0.map { $0.x + $0.width / 2 } })
    #expect(middles.count == 1)
  }

  @Test("edges that point nowhere or close a cycle are left out")
  func badEdges() {
    var graph = PictureGraph.made(4) { [$0 - 1] }
    graph.edges += [
      .init(from: 3, to: 1), .init(from: 99, to: 1), .init(from: 1, to: -4), .init(from: 2, to: 2),
    ]
    let placed = PlacedGraph(LayeredGraph(graph))
    #expect(placed.nodes.allSatisfy { $0 != nil })
    #expect(violations(placed) == [])
  }

  @Test("pooling adjacent violators finds the nearest positions with the gaps")
  func separated() {
    let places = Placement.separated([5, 0, 0, 20], [1, 1, 1, 1], [0, 4, 4, 4])
    // The first three are in each other's way: their mean stays where it was.
    #expect(places.count == 4 && places[3] == 20)
    #expect(abs((places[0] + places[1] + places[2]) / 3 - 5.0 / 3) < 1e-9)
    #expect(places[1] - places[0] >= 4 - 1e-9 && places[2] - places[1] >= 4 - 1e-9)
  }

  @Test("crossings that can be avoided are avoided")
  func crossings() {
    // Four branches of two nodes each: planar.
    let graph = PictureGraph.made(9) { index in
      index < 4 ? [-1] : index < 8 ? [7 - index] : [4, 5, 6, 7]
    }
    let layered = LayeredGraph(graph)
    for scope in layered.scopes {
      var ordering = Ordering(scope)
      ordering.run()
      #expect(ordering.crossings() == 0)
    }
  }
}
