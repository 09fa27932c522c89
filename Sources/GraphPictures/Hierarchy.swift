/// The modules of a graph as nested scopes, so that on every level what is connected can be drawn downwards.
///
/// A module is whole where that is possible. Where its nodes need something from outside that needs other nodes of
/// it, a box around it would have edges going up; such modules are parted.
package struct Hierarchy: Sendable {
  /// A module, or the whole graph.
  package struct Scope: Sendable {
    /// Its name within its parent; the graph's title for the whole.
    package var title: String
    /// The scope around it; nil for the whole.
    package var parent: Int?
    /// How many scopes are around it.
    package var depth: Int
    /// What it holds, in an order of execution.
    package var children: [Child] = []
    /// How many nodes are in it and in the scopes within.
    package var nodeCount: Int
  }

  /// What a scope holds.
  package enum Child: Sendable, Hashable {
    /// A node of the graph, by position.
    case node(Int)
    /// A scope, by number.
    case scope(Int)
  }

  /// The scopes; 0 is the whole graph, and parents come before what they hold.
  package private(set) var scopes: [Scope]
  /// The scope that each node is in directly.
  package private(set) var scopeOfNode: [Int]
  /// How many modules of each node's path are scopes around it.
  package private(set) var levels: [Int]
  /// Edges that run along the order of execution.
  package let edges: [PictureGraph.Edge]
  /// The nodes in an order of execution.
  package let order: [Int]

  private let successors: Adjacency
  /// Names deeper than this are not told apart.
  private static let deepest = 10

  /// Finds the scopes of a graph.
  package init(_ graph: PictureGraph) {
    let count = graph.nodes.count
    let indices = graph.nodes.indices
    let valid = graph.edges.filter { edge in
      indices.contains(edge.from) && indices.contains(edge.to) && edge.from != edge.to
        && edge.output >= 0
    }
    let order = Adjacency(count: count, edges: valid.map { ($0.from, $0.to) }).topologicalOrder()
    var position = [Int](repeating: 0, count: count)
    for (index, node) in order.enumerated() { position[node] = index }
    edges = valid.filter { position[$0.from] < position[$0.to] }
    successors = Adjacency(count: count, edges: edges.map { ($0.from, $0.to) })
    self.order = order
    scopes = [Scope(title: graph.title, parent: nil, depth: 0, nodeCount: count)]
    scopeOfNode = [Int](repeating: 0, count: count)
    levels = scopeOfNode
    // Scopes to fill: their members in order, and how much of the members' paths is used up.
    var pending: [(scope: Int, members: [Int], level: Int)] = [(0, order, 0)]
    while let (scope, members, level) = pending.popLast() {
      let parts = parts(of: members, graph, level)
      for part in parts {
        if part.count == 1 || part.name == nil {
          for node in part.members {
            scopes[scope].children.append(.node(node))
            scopeOfNode[node] = scope
            levels[node] = scope == 0 ? 0 : level
          }
          continue
        }
        if part.members.count == members.count {
          // A module that is all there is adds nothing but its name.
          if scope != 0 { scopes[scope].title += "." + (part.name ?? "") }
          pending.append((scope, members, level + 1))
          continue
        }
        let title = (part.name ?? "") + part.suffix
        scopes.append(
          Scope(
            title: title, parent: scope, depth: scopes[scope].depth + 1,
            nodeCount: part.members.count))
        scopes[scope].children.append(.scope(scopes.count - 1))
        pending.append((scopes.count - 1, part.members, level + 1))
      }
    }
  }

  /// A module among a scope's members, or a node that is in none.
  private struct Part {
    var name: String?
    var suffix = ""
    var members: [Int]
    var count: Int { members.count }
  }

  /// The members by module, where the modules can be put in an order of execution.
  private func parts(of members: [Int], _ graph: PictureGraph, _ level: Int) -> [Part] {
    var parts: [Part] = []
    var partOf: [Int: Int] = [:]
    var named: [String: Int] = [:]
    for node in members {
      let path = graph.nodes[node].path
      if level < Self.deepest, level < path.count {
        if let part = named[path[level]] {
          parts[part].members.append(node)
        } else {
          named[path[level]] = parts.count
          parts.append(Part(name: path[level], members: [node]))
        }
        partOf[node] = named[path[level]]
      } else {
        partOf[node] = parts.count
        parts.append(Part(members: [node]))
      }
    }
    guard parts.count < members.count else { return parts }
    let (edges, hasCycles) = quotient(members, partOf, parts.count)
    guard hasCycles else { return sorted(parts, edges) }
    parts = split(parts, members, partOf, edges)
    partOf = [:]
    for (index, part) in parts.enumerated() { for node in part.members { partOf[node] = index } }
    return sorted(parts, quotient(members, partOf, parts.count).edges)
  }

  private func quotient(
    _ members: [Int], _ partOf: [Int: Int], _ count: Int
  ) -> (edges: Adjacency, hasCycles: Bool) {
    var edges: [(from: Int, to: Int)] = []
    for node in members {
      guard let from = partOf[node] else { continue }
      for next in successors[node] {
        if let to = partOf[next], to != from { edges.append((from, to)) }
      }
    }
    let adjacency = Adjacency(count: count, edges: edges)
    return (adjacency, Set(adjacency.components()).count < count)
  }

  private func sorted(_ parts: [Part], _ edges: Adjacency) -> [Part] {
    edges.topologicalOrder().map { parts[$0] }
  }

  /// Parts modules that depend on one another. Their nodes are put in an order that stays within a module as long
  /// as it can; what is side by side in it stays together.
  private func split(
    _ parts: [Part], _ members: [Int], _ partOf: [Int: Int], _ edges: Adjacency
  ) -> [Part] {
    let component = edges.components()
    var sizes = [Int](repeating: 0, count: (component.max() ?? -1) + 1)
    for number in component { sizes[number] += 1 }
    var result = parts.indices.filter { sizes[component[$0]] == 1 }.map { parts[$0] }
    for number in sizes.indices where sizes[number] > 1 {
      let tangled = members.filter { partOf[$0].map { component[$0] == number } ?? false }
      var runs = runs(tangled, partOf).map { Part(name: parts[$0.part].name, members: $0.members) }
      let total = Dictionary(grouping: runs.filter { $0.count > 1 }, by: \.name).mapValues(\.count)
      var seen: [String?: Int] = [:]
      for index in runs.indices where runs[index].count > 1 && runs[index].name != nil {
        seen[runs[index].name, default: 0] += 1
        guard let all = total[runs[index].name], all > 1 else { continue }
        runs[index].suffix = " (\(seen[runs[index].name] ?? 0) of \(all))"
      }
      result += runs
    }
    return result
  }

  private func runs(
    _ members: [Int], _ partOf: [Int: Int]
  ) -> [(part: Int, members: [Int])] {
    let inside = Set(members)
    var waiting: [Int: Int] = [:]
    for node in members {
      for next in successors[node] where inside.contains(next) { waiting[next, default: 0] += 1 }
    }
    var ready: [Int: [Int]] = [:]
    var turns: [Int] = []
    func release(_ node: Int) {
      guard let part = partOf[node] else { return }
      ready[part, default: []].append(node)
      turns.append(part)
    }
    for node in members where waiting[node] == nil { release(node) }
    var runs: [(part: Int, members: [Int])] = []
    var turn = 0
    while turn < turns.count {
      let part = turns[turn]
      turn += 1
      var run: [Int] = []
      var next = 0
      while let list = ready[part], next < list.count {
        let node = list[next]
        next += 1
        run.append(node)
        for target in successors[node] where inside.contains(target) {
          waiting[target, default: 1] -= 1
          if waiting[target] == 0 { release(target) }
        }
      }
      ready[part] = nil
      if !run.isEmpty { runs.append((part, run)) }
    }
    return runs
  }
}
