/// Orders the items of each layer so that few links cross: sweeps by medians with exchanges of neighbours, as Gansner,
/// Koutsofios, North and Vo, "A technique for drawing directed graphs", IEEE TSE 1993. The best order found is kept.
///
/// The work is bounded by the size of the graph, so that large ones get fewer sweeps; nothing is random.
package struct Ordering {
  /// The order of each layer.
  package private(set) var layers: [[Int]]
  private let up: Adjacency
  private let down: Adjacency
  private let linkCount: Int
  private var position: [Int]

  /// Takes a scope with ranks, and links between neighbouring ranks.
  package init(_ scope: ScopeGraph) {
    let count = scope.items.count
    up = Adjacency(count: count, edges: scope.links.map { ($0.to, $0.from) })
    down = Adjacency(count: count, edges: scope.links.map { ($0.from, $0.to) })
    linkCount = scope.links.count
    layers = [[Int]](repeating: [], count: (scope.ranks.max() ?? -1) + 1)
    for (item, rank) in scope.ranks.enumerated() { layers[rank].append(item) }
    position = [Int](repeating: 0, count: count)
  }

  /// Finds an order.
  package mutating func run() {
    arrange()
    // A layer of one item each can't be ordered otherwise.
    guard layers.contains(where: { $0.count > 1 }) else { return }
    var best = layers
    var fewest = crossings()
    let sweeps = min(24, max(2, 1_500_000 / (linkCount + 1)))
    var unchanged = 0
    for sweep in 0..<sweeps where fewest > 0 && unchanged < 6 {
      let downwards = sweep.isMultiple(of: 2)
      let ranks = downwards ? Array(layers.indices) : layers.indices.reversed()
      for rank in ranks { sort(rank, by: downwards ? up : down) }
      if linkCount < 60_000 { exchange() }
      let crossings = crossings()
      if crossings < fewest {
        (fewest, best, unchanged) = (crossings, layers, 0)
      } else {
        unchanged += 1
      }
    }
    layers = best
  }

  /// The first order: depth first from the sources, which keeps branches together.
  private mutating func arrange() {
    var seen = [Bool](repeating: false, count: position.count)
    var arranged = layers.map { _ in [Int]() }
    var rankOf = [Int](repeating: 0, count: position.count)
    for (rank, layer) in layers.enumerated() { for item in layer { rankOf[item] = rank } }
    for layer in layers {
      for root in layer where !seen[root] {
        var pending = [root]
        while let item = pending.popLast() {
          if seen[item] { continue }
          seen[item] = true
          arranged[rankOf[item]].append(item)
          pending += down[item].reversed()
        }
      }
    }
    layers = arranged
    for rank in layers.indices { number(rank) }
  }

  private mutating func number(_ rank: Int) {
    for (index, item) in layers[rank].enumerated() { position[item] = index }
  }

  /// Sorts a layer by the medians of the neighbours' positions. Items without neighbours keep their places.
  private mutating func sort(_ rank: Int, by neighbours: Adjacency) {
    let layer = layers[rank]
    guard layer.count > 1 else { return }
    var keys: [(median: Double, place: Int, item: Int)] = []
    var places: [Int] = []
    for (place, item) in layer.enumerated() {
      guard let median = median(neighbours[item]) else { continue }
      keys.append((median, place, item))
      places.append(place)
    }
    keys.sort { ($0.median, $0.place) < ($1.median, $1.place) }
    for (place, key) in zip(places, keys) { layers[rank][place] = key.item }
    number(rank)
  }

  private func median(_ neighbours: ArraySlice<Int>) -> Double? {
    guard !neighbours.isEmpty else { return nil }
    let sorted = neighbours.map { position[$0] }.sorted()
    let middle = sorted.count / 2
    if sorted.count.isMultiple(of: 2) == false { return Double(sorted[middle]) }
    if sorted.count == 2 { return Double(sorted[0] + sorted[1]) / 2 }
    // Of two medians, the one whose side is more crowded weighs more.
    let left = Double(sorted[middle - 1] - sorted[0])
    let right = Double(sorted[sorted.count - 1] - sorted[middle])
    guard left + right > 0 else { return Double(sorted[middle - 1] + sorted[middle]) / 2 }
    return (Double(sorted[middle - 1]) * right + Double(sorted[middle]) * left) / (left + right)
  }

  /// Exchanges neighbours in a layer as long as that saves crossings.
  private mutating func exchange() {
    for _ in 0..<3 {
      var improved = false
      for rank in layers.indices where layers[rank].count > 1 && layers[rank].count < 1_500 {
        for place in 0..<layers[rank].count - 1 {
          let (left, right) = (layers[rank][place], layers[rank][place + 1])
          let now = crossings(left, right)
          guard now > 0, now > crossings(right, left) else { continue }
          layers[rank].swapAt(place, place + 1)
          position[left] = place + 1
          position[right] = place
          improved = true
        }
      }
      if !improved { break }
    }
  }

  /// Crossings between the links of two neighbours of a layer, in this order.
  private func crossings(_ left: Int, _ right: Int) -> Int {
    crossings(up[left], up[right]) + crossings(down[left], down[right])
  }

  private func crossings(_ left: ArraySlice<Int>, _ right: ArraySlice<Int>) -> Int {
    guard !left.isEmpty, !right.isEmpty, left.count * right.count < 4_096 else { return 0 }
    var total = 0
    for first in left {
      for second in right where position[second] < position[first] { total += 1 }
    }
    return total
  }

  /// Number of crossings between all layers (Barth, Jünger and Mutzel, "Simple and efficient bilayer cross counting",
  /// GD 2002).
  package func crossings() -> Int {
    var total = 0
    for rank in layers.indices.dropLast() {
      let width = layers[rank + 1].count
      guard width > 1, layers[rank].count > 1 else { continue }
      var tree = [Int](repeating: 0, count: width + 1)
      var seen = 0
      for item in layers[rank] {
        let ends = down[item].map { position[$0] }.sorted()
        for end in ends {
          var index = end + 1
          var notRight = 0
          while index > 0 {
            notRight += tree[index]
            index -= index & -index
          }
          total += seen - notRight
        }
        for end in ends {
          var index = end + 1
          while index <= width {
            tree[index] += 1
            index += index & -index
          }
          seen += 1
        }
      }
    }
    return total
  }
}
