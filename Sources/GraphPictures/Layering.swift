/// Puts the items of a scope into layers so that every link goes down, adds bends where links skip layers, and orders
/// each layer so that few links cross: the first two steps of Sugiyama, Tagawa and Toda, "Methods for visual
/// understanding of hierarchical system structures", IEEE SMC 1981.
struct Layering {
  /// The scope with layers.
  private(set) var result: ScopeGraph
  /// How many bends were added.
  private(set) var bends = 0
  private let limit: Int

  /// Takes a scope whose links are between any items, and how many bends it may have.
  init(_ scope: ScopeGraph, bends limit: Int) {
    result = scope
    self.limit = max(0, limit)
  }

  /// Finds layers, bends and orders.
  mutating func run() {
    rank()
    addBends()
    var ordering = Ordering(result)
    ordering.run()
    result.layers = ordering.layers
  }

  /// The longest path to an item is its layer. What has more users than inputs of its own then moves down to its
  /// users, which makes links shorter.
  private mutating func rank() {
    let count = result.items.count
    let down = Adjacency(count: count, edges: result.links.map { ($0.from, $0.to) })
    let order = down.topologicalOrder()
    let hasEntries = result.items.contains { if case .entry = $0 { true } else { false } }
    var ranks = result.items.map { item in
      if case .entry = item { return 0 }
      return hasEntries ? 1 : 0
    }
    var inputs = [Int](repeating: 0, count: count)
    for item in order {
      for next in down[item] {
        ranks[next] = max(ranks[next], ranks[item] + 1)
        inputs[next] += 1
      }
    }
    for item in order.reversed() {
      if case .entry = result.items[item] { continue }
      guard !down[item].isEmpty, inputs[item] == 0 else { continue }
      let lowest = down[item].map { ranks[$0] }.min() ?? 0
      ranks[item] = max(ranks[item], lowest - 1)
    }
    let boxes = result.items.indices.filter {
      if case .exit = result.items[$0] { false } else { true }
    }
    let last = (boxes.map { ranks[$0] }.max() ?? -1) + 1
    for index in result.items.indices {
      if case .exit = result.items[index] { ranks[index] = last }
    }
    result.ranks = ranks
  }

  /// One chain of bends for each value, which all of its readers share. Short chains come first when there is no room
  /// for all.
  private mutating func addBends() {
    var groups: [Int: [ScopeGraph.Link]] = [:]
    var sources: [Int] = []
    // A value has one source in a scope.
    for link in result.links {
      if groups[link.value] == nil { sources.append(link.value) }
      groups[link.value, default: []].append(link)
    }
    func length(_ value: Int) -> Int {
      (groups[value] ?? []).map { result.ranks[$0.to] - result.ranks[$0.from] }.max() ?? 0
    }
    let lengths = Dictionary(uniqueKeysWithValues: sources.map { ($0, length($0)) })
    let ordered = sources.enumerated().sorted { left, right in
      let (first, second) = (lengths[left.element] ?? 0, lengths[right.element] ?? 0)
      return (first, left.offset) < (second, right.offset)
    }
    var links: [ScopeGraph.Link] = []
    for (_, value) in ordered {
      let group = groups[value] ?? []
      guard let source = group.first?.from else { continue }
      let top = result.ranks[source]
      let needed = (lengths[value] ?? 1) - 1
      guard needed > 0 else {
        links += group
        continue
      }
      guard bends + needed <= limit else {
        for link in group {
          let isNear = result.ranks[link.to] == top + 1
          if isNear { links.append(link) } else { result.direct.append(link) }
        }
        continue
      }
      bends += needed
      var chain = [source]
      for step in 1...needed {
        result.items.append(.bend(value: value))
        result.ranks.append(top + step)
        let bend = result.items.count - 1
        links.append(ScopeGraph.Link(from: chain[step - 1], to: bend, value: value))
        chain.append(bend)
      }
      for link in group {
        let from = chain[result.ranks[link.to] - top - 1]
        links.append(ScopeGraph.Link(from: from, to: link.to, value: value))
      }
    }
    result.links = links
  }
}
