/// Who follows whom, packed: successors of an item lie side by side.
struct Adjacency {
  private let starts: [Int]
  private let targets: [Int]

  /// Packs edges between `count` items. Targets of an item keep the order of the edges.
  init(count: Int, edges: [(from: Int, to: Int)]) {
    var starts = [Int](repeating: 0, count: count + 1)
    for edge in edges { starts[edge.from + 1] += 1 }
    for index in 0..<count { starts[index + 1] += starts[index] }
    var next = starts
    var targets = [Int](repeating: 0, count: edges.count)
    for edge in edges {
      targets[next[edge.from]] = edge.to
      next[edge.from] += 1
    }
    self.starts = starts
    self.targets = targets
  }

  /// The successors of an item.
  subscript(item: Int) -> ArraySlice<Int> { targets[starts[item]..<starts[item + 1]] }

  /// Number of items.
  var count: Int { starts.count - 1 }

  /// Every item after all that it follows, lower numbers first (Kahn 1962); items in and behind cycles are last.
  func topologicalOrder() -> [Int] {
    var waiting = [Int](repeating: 0, count: count)
    for target in targets { waiting[target] += 1 }
    var order = (0..<count).filter { waiting[$0] == 0 }
    order.reserveCapacity(count)
    var position = 0
    while position < order.count {
      for target in self[order[position]] {
        waiting[target] -= 1
        if waiting[target] == 0 { order.append(target) }
      }
      position += 1
    }
    if order.count < count { order += (0..<count).filter { waiting[$0] > 0 } }
    return order
  }

  /// The number of each item's strongly connected component (Tarjan 1972, without recursion).
  func components() -> [Int] {
    var component = [Int](repeating: -1, count: count)
    var low = [Int](repeating: 0, count: count)
    var number = [Int](repeating: -1, count: count)
    var open: [Int] = []
    var path: [(item: Int, next: Int)] = []
    var (numbers, components) = (0, 0)
    func enter(_ item: Int) {
      number[item] = numbers
      low[item] = numbers
      numbers += 1
      open.append(item)
      path.append((item, starts[item]))
    }
    for root in 0..<count where number[root] < 0 {
      enter(root)
      while let (item, next) = path.last {
        if next < starts[item + 1] {
          path[path.count - 1].next += 1
          let target = targets[next]
          if number[target] < 0 {
            enter(target)
          } else if component[target] < 0 {
            low[item] = Swift.min(low[item], number[target])
          }
          continue
        }
        path.removeLast()
        if let parent = path.last?.item { low[parent] = Swift.min(low[parent], low[item]) }
        guard low[item] == number[item] else { continue }
        while let member = open.popLast() {
          component[member] = components
          if member == item { break }
        }
        components += 1
      }
    }
    return component
  }
}
