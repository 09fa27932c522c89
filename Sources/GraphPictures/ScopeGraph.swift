/// What is drawn inside of one scope: items and who is connected with whom, before and after layering.
package struct ScopeGraph: Sendable {
  /// A thing with a place of its own.
  package enum Item: Sendable, Hashable {
    /// A node, by position.
    case node(Int)
    /// A scope within, by number.
    case scope(Int)
    /// Where a value crosses a layer on its way down (a dummy of Sugiyama, Tagawa and Toda 1981).
    case bend(value: Int)
    /// Where a value comes in through the scope's upper border.
    case entry(value: Int)
    /// Where a value leaves through the lower border.
    case exit(value: Int)

    /// Whether the item is a point of a line rather than a box.
    package var isPoint: Bool {
      switch self {
      case .node, .scope: false
      case .bend, .entry, .exit: true
      }
    }
  }

  /// A piece of a value's way, from an item to one in the next layer.
  package struct Link: Sendable, Hashable {
    /// Position of the upper item.
    package var from: Int
    /// Position of the lower item.
    package var to: Int
    /// The value.
    package var value: Int
  }

  /// The items.
  package var items: [Item] = []
  /// Pieces between neighbouring layers; before layering, between any.
  package var links: [Link] = []
  /// Pieces that skip layers and are drawn behind everything: in graphs with too many long edges for bends.
  package var direct: [Link] = []
  /// Positions of the items of each layer, from left to right.
  package var layers: [[Int]] = []
  /// The layer of each item.
  package var ranks: [Int] = []
}

/// A value of the graph: one of a node's results.
package struct PictureValue: Sendable, Hashable {
  /// Position of the node that makes it.
  package var node: Int
  /// Which of its results.
  package var output: Int
}

/// A graph ready to be placed: scopes, and in each the layers. Sizes play no part in it, and so neither does which
/// scopes are open.
package struct LayeredGraph: Sendable {
  /// The graph.
  package let graph: PictureGraph
  /// Its modules.
  package let hierarchy: Hierarchy
  /// The values that somebody reads.
  package let values: [PictureValue]
  /// What each scope shows.
  package let scopes: [ScopeGraph]

  /// Bends that all scopes may have together; long edges beyond go without.
  static let bendLimit = 40_000

  /// Layers a graph.
  package init(_ graph: PictureGraph) {
    self.graph = graph
    hierarchy = Hierarchy(graph)
    var builder = ScopeGraphBuilder(hierarchy)
    var values: [PictureValue] = []
    var numbers: [PictureValue: Int] = [:]
    for edge in hierarchy.edges {
      let value = PictureValue(node: edge.from, output: edge.output)
      if numbers[value] == nil {
        numbers[value] = values.count
        values.append(value)
      }
      builder.connect(edge.from, edge.to, value: numbers[value] ?? 0)
    }
    self.values = values
    var bends = Self.bendLimit
    scopes = builder.scopes.map { scope in
      var layering = Layering(scope, bends: bends)
      layering.run()
      bends -= layering.bends
      return layering.result
    }
  }
}

/// Cuts edges at the borders of scopes.
struct ScopeGraphBuilder {
  private(set) var scopes: [ScopeGraph]
  private let hierarchy: Hierarchy
  /// The item of each node, and of each scope in its parent.
  private var nodeItems: [Int]
  private var scopeItems: [Int]
  private var entries: [[Int: Int]]
  private var exits: [[Int: Int]]
  private var known: [Set<ScopeGraph.Link>]

  init(_ hierarchy: Hierarchy) {
    self.hierarchy = hierarchy
    scopes = hierarchy.scopes.map { _ in ScopeGraph() }
    nodeItems = [Int](repeating: 0, count: hierarchy.scopeOfNode.count)
    scopeItems = [Int](repeating: 0, count: scopes.count)
    entries = scopes.map { _ in [:] }
    exits = entries
    known = scopes.map { _ in [] }
    for (number, scope) in hierarchy.scopes.enumerated() {
      for (position, child) in scope.children.enumerated() {
        switch child {
        case .node(let node):
          nodeItems[node] = position
          scopes[number].items.append(.node(node))
        case .scope(let inner):
          scopeItems[inner] = position
          scopes[number].items.append(.scope(inner))
        }
      }
    }
  }

  /// Leads a value from one node to another, out of and into scopes.
  mutating func connect(_ from: Int, _ to: Int, value: Int) {
    var (upper, upperItem) = (hierarchy.scopeOfNode[from], nodeItems[from])
    var (lower, lowerItem) = (hierarchy.scopeOfNode[to], nodeItems[to])
    while upper != lower {
      if depth(upper) >= depth(lower), let parent = hierarchy.scopes[upper].parent {
        link(upper, upperItem, exit(upper, value), value)
        (upper, upperItem) = (parent, scopeItems[upper])
      } else if let parent = hierarchy.scopes[lower].parent {
        link(lower, entry(lower, value), lowerItem, value)
        (lower, lowerItem) = (parent, scopeItems[lower])
      } else {
        return
      }
    }
    link(upper, upperItem, lowerItem, value)
  }

  private func depth(_ scope: Int) -> Int { hierarchy.scopes[scope].depth }

  private mutating func entry(_ scope: Int, _ value: Int) -> Int {
    if let item = entries[scope][value] { return item }
    scopes[scope].items.append(.entry(value: value))
    entries[scope][value] = scopes[scope].items.count - 1
    return scopes[scope].items.count - 1
  }

  private mutating func exit(_ scope: Int, _ value: Int) -> Int {
    if let item = exits[scope][value] { return item }
    scopes[scope].items.append(.exit(value: value))
    exits[scope][value] = scopes[scope].items.count - 1
    return scopes[scope].items.count - 1
  }

  private mutating func link(_ scope: Int, _ from: Int, _ to: Int, _ value: Int) {
    let link = ScopeGraph.Link(from: from, to: to, value: value)
    if known[scope].insert(link).inserted { scopes[scope].links.append(link) }
  }
}
