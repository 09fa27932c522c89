/// A graph with coordinates, the origin at the left top.
package struct PlacedGraph: Sendable {
  /// A rectangle.
  package struct Box: Sendable, Hashable {
    /// Left border.
    package var x: Double
    /// Upper border.
    package var y: Double
    /// Width.
    package var width: Double
    /// Height.
    package var height: Double
  }

  /// A part of a value's way: straight down, a curve from layer to layer that starts and ends upright.
  package struct Piece: Sendable, Hashable {
    /// The value.
    package var value: Int
    /// Where it starts.
    package var startX: Double
    /// Where it starts.
    package var startY: Double
    /// Down to where it is straight.
    package var bendY: Double
    /// Where it ends.
    package var endX: Double
    /// Where it ends.
    package var endY: Double
    /// Whether it ends at a box.
    package var hasArrow: Bool
    /// Whether it goes behind boxes.
    package var isDirect: Bool
  }

  /// The shape of a value, below the box that makes it.
  package struct Label: Sendable, Hashable {
    /// The value.
    package var value: Int
    /// The middle of the text.
    package var x: Double
    /// The middle of the text.
    package var y: Double
  }

  /// What was placed.
  package let layered: LayeredGraph
  /// Sizes and texts.
  package let sizes: BoxSizes
  /// The box of each node; nil inside of closed scopes.
  package private(set) var nodes: [Box?]
  /// The box of each scope; nil inside of closed scopes. The first is the whole picture.
  package private(set) var scopes: [Box?]
  /// The lines.
  package private(set) var pieces: [Piece] = []
  /// The labels.
  package private(set) var labels: [Label] = []
  /// Which scopes show what is in them.
  package let isOpen: [Bool]

  /// Places a graph with the given scopes open; nil opens all.
  package init(_ layered: LayeredGraph, _ sizes: BoxSizes? = nil, isOpen: [Bool]? = nil) {
    self.layered = layered
    let sizes = sizes ?? BoxSizes(layered)
    self.sizes = sizes
    let hierarchy = layered.hierarchy
    var open = isOpen ?? hierarchy.scopes.map { _ in true }
    open[0] = true
    for (number, scope) in hierarchy.scopes.enumerated() {
      if let parent = scope.parent, !open[parent] { open[number] = false }
    }
    self.isOpen = open
    nodes = layered.graph.nodes.map { _ in nil }
    scopes = hierarchy.scopes.map { _ in nil }
    var inner = [ScopePlacement?](repeating: nil, count: open.count)
    for number in open.indices.reversed() where open[number] {
      inner[number] = ScopePlacement(number, layered, sizes, inner)
    }
    let whole = inner[0].map { ($0.placement.width, $0.placement.height) } ?? (0, 0)
    scopes[0] = Box(x: 0, y: 0, width: whole.0, height: whole.1)
    for number in open.indices where open[number] {
      if let origin = scopes[number], let placed = inner[number] { add(placed, origin) }
    }
  }

  private mutating func add(_ placed: ScopePlacement, _ origin: Box) {
    for (index, item) in placed.scope.items.enumerated() {
      let extent = placed.extents[index]
      let label = placed.labelHeights[index]
      let box = Box(
        x: origin.x + placed.placement.middle[index] - extent.width / 2,
        y: origin.y + placed.placement.tops[placed.scope.ranks[index]], width: extent.width,
        height: extent.height - label)
      switch item {
      case .node(let node): nodes[node] = box
      case .scope(let scope): scopes[scope] = box
      case .bend, .entry, .exit: continue
      }
      for value in placed.labelled[index] {
        let x = origin.x + placed.placement.middle[index] + (extent.exits[value] ?? 0)
        labels.append(Label(value: value, x: x, y: box.y + box.height + label / 2))
      }
    }
    for var piece in placed.pieces(isOpen) {
      piece.startX += origin.x
      piece.endX += origin.x
      piece.startY += origin.y
      piece.bendY += origin.y
      piece.endY += origin.y
      pieces.append(piece)
    }
  }
}

/// One open scope, placed by itself.
struct ScopePlacement {
  let scope: ScopeGraph
  let extents: [Placement.Extent]
  /// Room for labels below each item, and which values are labelled there.
  private(set) var labelHeights: [Double]
  private(set) var labelled: [[Int]]
  let placement: Placement
  /// Where lines end on boxes, by position of the link.
  private let ends: [Double]

  init(_ number: Int, _ layered: LayeredGraph, _ sizes: BoxSizes, _ inner: [ScopePlacement?]) {
    let scope = layered.scopes[number]
    var extents: [Placement.Extent] = []
    var labelHeights: [Double] = []
    var labelled: [[Int]] = []
    let leaving = Self.leaving(scope)
    func width(_ value: Int) -> Double {
      let (node, output) = (layered.values[value].node, layered.values[value].output)
      let outputs = layered.graph.nodes[node].outputs
      guard outputs.indices.contains(output) else { return 0 }
      return TextFit.width(TextFit.clean(outputs[output], limit: 60), size: BoxSizes.textSize) + 10
    }
    func closed(_ box: BoxSizes.Box, _ index: Int) {
      let values = leaving[index]
      let widths = values.reduce(0) { $0 + width($1) }
      let shown = values.count == 1 || widths <= box.width ? values.filter { width($0) > 0 } : []
      var extent = Placement.Extent(width: box.width, height: box.height)
      for (place, value) in values.enumerated() {
        let part = (Double(place) + 0.5) / Double(values.count) - 0.5
        // As JavaScript rounds.
        extent.exits[value] = (part * box.width + 0.5).rounded(.down)
      }
      let label = shown.isEmpty ? 0 : BoxSizes.label
      extent.height += label
      extents.append(extent)
      labelHeights.append(label)
      labelled.append(shown)
    }
    for (index, item) in scope.items.enumerated() {
      switch item {
      case .node(let node): closed(sizes.nodes[node], index)
      case .scope(let within):
        guard let placed = inner[within] else {
          closed(sizes.scopes[within], index)
          continue
        }
        extents.append(placed.extent)
        labelHeights.append(0)
        labelled.append([])
      case .bend, .entry, .exit:
        extents.append(Placement.Extent())
        labelHeights.append(0)
        labelled.append([])
      }
    }
    let title = number == 0 ? 0 : BoxSizes.title
    let named = TextFit.width(sizes.titles[number], size: BoxSizes.textSize, bold: true)
    let placement = Placement(
      scope, extents, title: title, atLeast: number == 0 ? 0 : min(named + 40, 320))
    self.scope = scope
    self.extents = placement.extents
    self.labelHeights = labelHeights
    self.labelled = labelled
    self.placement = placement
    ends = Self.ends(scope, placement.extents, placement)
  }

  /// The values that leave each item, in the order in which they then lie side by side.
  private static func leaving(_ scope: ScopeGraph) -> [[Int]] {
    var place = [Int](repeating: 0, count: scope.items.count)
    for layer in scope.layers {
      for (position, item) in layer.enumerated() { place[item] = position }
    }
    var sums: [[Int: (sum: Int, count: Int)]] = scope.items.map { _ in [:] }
    for link in scope.links {
      let known = sums[link.from][link.value] ?? (0, 0)
      sums[link.from][link.value] = (known.sum + place[link.to], known.count + 1)
    }
    for link in scope.direct where sums[link.from][link.value] == nil {
      sums[link.from][link.value] = (scope.items.count, 1)
    }
    return sums.map { values in
      let keyed = values.map { (mean: Double($1.sum) / Double($1.count), value: $0) }
      return keyed.sorted { ($0.mean, $0.value) < ($1.mean, $1.value) }.map(\.value)
    }
  }

  /// The scope as an item of its parent.
  private var extent: Placement.Extent {
    var extent = Placement.Extent(width: placement.width, height: placement.height)
    for (index, item) in scope.items.enumerated() {
      let offset = placement.middle[index] - placement.width / 2
      if case .entry(let value) = item { extent.entries[value] = offset }
      if case .exit(let value) = item { extent.exits[value] = offset }
    }
    if !extent.entries.isEmpty, !extent.exits.isEmpty {
      // Summed in the order of the values, as sums of floating-point numbers depend on it.
      func mean(_ offsets: [Int: Double]) -> Double {
        offsets.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value } / Double(offsets.count)
      }
      extent.skew = (mean(extent.exits) - mean(extent.entries)) / 2
    }
    return extent
  }

  /// Spreads the lines that come into a closed box over its upper side, in the order in which they come.
  private static func ends(
    _ scope: ScopeGraph, _ extents: [Placement.Extent], _ placement: Placement
  ) -> [Double] {
    var ends = [Double](repeating: 0, count: scope.links.count)
    var incoming = [[Int]](repeating: [], count: scope.items.count)
    for (number, link) in scope.links.enumerated() { incoming[link.to].append(number) }
    for (item, numbers) in incoming.enumerated() {
      let sorted = numbers.sorted {
        (placement.upperEnd($0), $0) < (placement.upperEnd($1), $1)
      }
      // A line that is nearly straight is made so: it need not end at the very middle.
      if sorted.count == 1, !scope.items[item].isPoint, extents[item].entries.isEmpty {
        let offset = placement.upperEnd(sorted[0]) - placement.middle[item]
        let room = min(14, extents[item].width / 2 - 12)
        ends[sorted[0]] = placement.middle[item] + (abs(offset) <= room ? offset : 0)
        continue
      }
      let step = min(20, (extents[item].width - 24) / Double(max(1, sorted.count - 1)))
      for (place, number) in sorted.enumerated() {
        let spread = (Double(place) - Double(sorted.count - 1) / 2) * step
        let isPoint = scope.items[item].isPoint
        let offset = extents[item].entries[scope.links[number].value] ?? (isPoint ? 0 : spread)
        ends[number] = placement.middle[item] + offset
      }
    }
    return ends
  }

  /// The lines, next to the scope's corner.
  func pieces(_ isOpen: [Bool]) -> [PlacedGraph.Piece] {
    func hasArrow(_ item: Int) -> Bool {
      switch scope.items[item] {
      case .node: true
      case .scope(let number): !isOpen[number]
      case .bend, .entry, .exit: false
      }
    }
    func piece(
      _ link: ScopeGraph.Link, _ x: (Double, Double), isDirect: Bool
    ) -> PlacedGraph.Piece {
      let (upper, lower) = (scope.ranks[link.from], scope.ranks[link.to])
      let top = placement.tops[upper]
      let bottom = top + placement.heights[upper]
      let isBend = if case .bend = scope.items[link.from] { true } else { false }
      let start = isBend ? top : top + extents[link.from].height - labelHeights[link.from]
      let end = placement.tops[lower]
      return PlacedGraph.Piece(
        value: link.value, startX: x.0, startY: start, bendY: bottom, endX: x.1, endY: end,
        hasArrow: hasArrow(link.to), isDirect: isDirect)
    }
    var pieces = scope.links.enumerated().map { number, link in
      piece(link, (placement.upperEnd(number), ends[number]), isDirect: false)
    }
    pieces += scope.direct.map { link in
      let from = placement.middle[link.from] + (extents[link.from].exits[link.value] ?? 0)
      let to = placement.middle[link.to] + (extents[link.to].entries[link.value] ?? 0)
      return piece(link, (from, to), isDirect: true)
    }
    return pieces
  }
}
