/// Gives the items of one scope their coordinates; `viewer-layout.js` does the same in a browser, where scopes open and
/// close.
///
/// Horizontally every item wants to be where its neighbours above, then below, are on average; long lines weigh more,
/// so that they get straight (Gansner et al. 1993). A layer takes the positions that are nearest to the wishes, by
/// weighted least squares, without overlaps: an isotonic regression, solved by pooling adjacent violators (Barlow,
/// Bartholomew, Bremner and Brunk 1972). Vertically layers are stacked; links bend between layers only, so that
/// they never cross a box.
package struct Placement {
  /// What is known of an item before it is placed.
  struct Extent {
    /// Width of its box; 0 for points.
    var width = 0.0
    /// Height of its box, with the labels below it.
    var height = 0.0
    /// Where values come in, next to the middle; those not named come in at the middle.
    var entries: [Int: Double] = [:]
    /// Where values go out.
    var exits: [Int: Double] = [:]
    /// Half of how far values go out to the right of where they come in, on average. A chain of such boxes would
    /// wander off if lines were kept straight, so wishes are for half-way between.
    var skew = 0.0
  }

  /// Distance between boxes, and between lines, side by side.
  static let boxGap = 26.0
  static let lineGap = 13.0
  /// Distance of layers.
  static let layerGap = 24.0
  /// Distance of a scope's contents from its border.
  static let margin = 14.0

  /// Middle of each item.
  private(set) var middle: [Double]
  /// Top and height of each layer.
  private(set) var tops: [Double]
  private(set) var heights: [Double]
  /// Size of the scope, border and title included.
  private(set) var width = 0.0
  private(set) var height = 0.0

  private let scope: ScopeGraph
  /// The extents, with the exit that ``align()`` has moved.
  private(set) var extents: [Extent]
  private let above: Adjacency
  private let below: Adjacency
  private let title: Double

  /// Takes a scope, its items' extents, the height of its title and the width that it must have at least.
  init(_ scope: ScopeGraph, _ extents: [Extent], title: Double, atLeast least: Double) {
    self.scope = scope
    self.extents = extents
    self.title = title
    let count = scope.items.count
    // Links by their positions, as what matters is known of links.
    above = Adjacency(count: count, edges: scope.links.enumerated().map { ($1.to, $0) })
    below = Adjacency(count: count, edges: scope.links.enumerated().map { ($1.from, $0) })
    middle = [Double](repeating: 0, count: count)
    tops = [Double](repeating: 0, count: scope.layers.count)
    heights = tops
    placeAcross(atLeast: least)
    align()
    placeDown()
  }

  /// Lets a value leave a scope right below where the only value comes in, where that is nearly so: modules in a row
  /// are then on one straight line.
  private mutating func align() {
    var (entries, exits): ([Int], [Int]) = ([], [])
    for (item, kind) in scope.items.enumerated() {
      if case .entry = kind { entries.append(item) }
      if case .exit = kind { exits.append(item) }
    }
    guard entries.count == 1, exits.count == 1, above[exits[0]].count == 1,
      let number = above[exits[0]].first
    else { return }
    let (source, value) = (scope.links[number].from, scope.links[number].value)
    let offset = middle[entries[0]] - middle[source]
    guard !scope.items[source].isPoint, extents[source].exits.count == 1,
      extents[source].exits[value] == 0, extents[source].entries.isEmpty,
      abs(offset) <= min(24, extents[source].width / 2 - 12)
    else { return }
    middle[exits[0]] = middle[entries[0]]
    extents[source].exits[value] = offset
  }

  private mutating func placeAcross(atLeast least: Double) {
    for layer in scope.layers {
      var x = 0.0
      for (index, item) in layer.enumerated() {
        if index > 0 { x += gap(layer[index - 1], item) }
        middle[item] = x
      }
      for item in layer { middle[item] -= x / 2 }
    }
    let sweeps = min(12, max(3, 400_000 / (scope.links.count + 1)))
    for _ in 0..<sweeps {
      for layer in scope.layers { place(layer, usesAbove: true, usesBelow: false) }
      for layer in scope.layers.reversed() { place(layer, usesAbove: false, usesBelow: true) }
    }
    for layer in scope.layers { place(layer, usesAbove: true, usesBelow: true) }
    for layer in scope.layers.reversed() { place(layer, usesAbove: true, usesBelow: true) }
    for layer in scope.layers { place(layer, usesAbove: true, usesBelow: false) }
    let left = middle.indices.map { middle[$0] - extents[$0].width / 2 }.min() ?? 0
    let right = middle.indices.map { middle[$0] + extents[$0].width / 2 }.max() ?? 0
    width = max(right - left + 2 * Self.margin, least)
    let shift = (width - (right - left)) / 2 - left
    // To halves, as JavaScript rounds.
    for item in middle.indices {
      middle[item] = ((middle[item] + shift) * 2 + 0.5).rounded(.down) / 2
    }
  }

  private func gap(_ left: Int, _ right: Int) -> Double {
    let isLine = extents[left].width == 0 || extents[right].width == 0
    return (extents[left].width + extents[right].width) / 2 + (isLine ? Self.lineGap : Self.boxGap)
  }

  private mutating func place(_ layer: [Int], usesAbove: Bool, usesBelow: Bool) {
    var wishes: [Double] = []
    var weights: [Double] = []
    var gaps: [Double] = []
    for (index, item) in layer.enumerated() {
      var (sum, total) = (0.0, 0.0)
      if usesAbove {
        for number in above[item] {
          let weight = weight(number)
          let link = scope.links[number]
          let own = extents[item].entries[link.value].map { $0 + extents[item].skew } ?? 0
          let other = middle[link.from] + (extents[link.from].exits[link.value] ?? 0)
          sum += weight * (other - extents[link.from].skew - own)
          total += weight
        }
      }
      if usesBelow {
        for number in below[item] {
          let weight = weight(number)
          let link = scope.links[number]
          let own = (extents[item].exits[link.value] ?? 0) - extents[item].skew
          let skew = extents[link.to].entries[link.value] == nil ? 0 : extents[link.to].skew
          sum += weight * (lowerEnd(number) + skew - own)
          total += weight
        }
      }
      wishes.append(total > 0 ? sum / total : middle[item])
      weights.append(total > 0 ? total : 0.1)
      gaps.append(index > 0 ? gap(layer[index - 1], item) : 0)
    }
    let places = Self.separated(wishes, weights, gaps)
    for (index, item) in layer.enumerated() { middle[item] = places[index] }
  }

  private func weight(_ link: Int) -> Double {
    let ends = [scope.items[scope.links[link].from], scope.items[scope.links[link].to]]
    let points = ends.count { $0.isPoint }
    return points == 2 ? 8 : points == 1 ? 2 : 1
  }

  /// Where a link leaves its upper item.
  func upperEnd(_ number: Int) -> Double {
    let link = scope.links[number]
    return middle[link.from] + (extents[link.from].exits[link.value] ?? 0)
  }

  private func lowerEnd(_ number: Int) -> Double {
    let link = scope.links[number]
    return middle[link.to] + (extents[link.to].entries[link.value] ?? 0)
  }

  /// The positions nearest to `wishes`, in the sense of weighted least squares, of which each is at least its gap
  /// from the one before.
  package static func separated(_ wishes: [Double], _ weights: [Double], _ gaps: [Double])
    -> [Double]
  {
    var blocks: [(mean: Double, weight: Double, count: Int)] = []
    var offset = 0.0
    for index in wishes.indices {
      offset += gaps[index]
      var block = (mean: wishes[index] - offset, weight: weights[index], count: 1)
      while let last = blocks.last, last.mean >= block.mean {
        blocks.removeLast()
        let weight = last.weight + block.weight
        let mean = (last.mean * last.weight + block.mean * block.weight) / weight
        block = (mean, weight, last.count + block.count)
      }
      blocks.append(block)
    }
    var places: [Double] = []
    places.reserveCapacity(wishes.count)
    offset = 0
    for block in blocks {
      for _ in 0..<block.count {
        offset += gaps[places.count]
        places.append(block.mean + offset)
      }
    }
    return places
  }

  private mutating func placeDown() {
    var slants = [Double](repeating: 0, count: scope.layers.count)
    for number in scope.links.indices {
      let rank = scope.ranks[scope.links[number].from]
      slants[rank] = max(slants[rank], abs(upperEnd(number) - lowerEnd(number)))
    }
    let hasEntries = scope.layers.first.map { isBorder($0) } ?? false
    var y = hasEntries ? 0 : title + (title > 0 ? 10 : Self.margin)
    for rank in scope.layers.indices {
      tops[rank] = y
      heights[rank] = scope.layers[rank].map { extents[$0].height }.max() ?? 0
      y += heights[rank]
      let slant = min(60, (slants[rank] * 0.07).rounded())
      if rank == scope.layers.count - 1 { continue }
      if rank == 0, hasEntries {
        y += title + 12 + slant
      } else {
        y += Self.layerGap + slant - (isBorder(scope.layers[rank + 1]) ? 10 : 0)
      }
    }
    let endsInExits = scope.layers.last.map { isBorder($0) } ?? false
    height = y + (endsInExits ? 0 : Self.margin - 4)
  }

  private func isBorder(_ layer: [Int]) -> Bool {
    guard let first = layer.first else { return false }
    switch scope.items[first] {
    case .entry, .exit: return true
    case .node, .scope, .bend: return false
    }
  }
}
