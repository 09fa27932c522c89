import Operators

extension StoredProfile {
  /// Microseconds of operators, by name. A launch that computes several operators is shared out by multiply-adds; where
  /// there are none, all of it is the last operator's.
  ///
  /// - Throws: `.badData` where the profile is of another network.
  func microseconds(_ nodes: [GraphReport.Node]) throws(InceptError) -> [String: Double] {
    var owners: [String: [Int]] = [:]
    for (index, node) in nodes.enumerated() {
      for name in Set(node.sources + [node.name]) { owners[name, default: []].append(index) }
    }
    var times: [String: Double] = [:]
    for layer in layers {
      let indices = Set((layer.sources + [layer.name]).flatMap { owners[$0] ?? [] }).sorted()
      guard let last = indices.last else { continue }
      let work = indices.map { Double(nodes[$0].macs) }
      let total = work.reduce(0, +)
      for (index, macs) in zip(indices, work) where total > 0 || index == last {
        times[nodes[index].name, default: 0] +=
          layer.time * (total > 0 ? macs / total : 1)
      }
    }
    guard !times.isEmpty else {
      throw InceptError(
        .badData, subject: path, expected: "expected a profile of this network",
        found: "none of its operators among \(layers.count) layers")
    }
    return times.filter { $0.value > 0 }
  }
}
