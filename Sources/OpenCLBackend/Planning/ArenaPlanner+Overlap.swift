extension ArenaPlanner {
  /// How much larger than necessary the arena may become so that launches can overlap.
  private static let growthLimit = 2

  /// Sets the offsets of all regions but the inputs', as small as can be for launches one after the other, or
  /// so that sharing memory makes no launch wait. Returns the arena's size in elements, or nil on overflow.
  ///
  /// - Parameters:
  ///   - launches: The launches in their order.
  ///   - overlapping: Whether launches may overlap. Then two regions share memory only where the launches of one
  ///     wait for those of the other anyway, unless the arena would exceed `limit` or become twice as large.
  ///   - limit: The most elements the device can hold in one buffer.
  static func place(
    _ regions: inout [Plan.Region], for launches: [Launch], overlapping: Bool, limit: Int
  ) -> Int? {
    var compact = regions
    guard
      let size = place(
        &compact, conflict: { compact, a, b in compact[a].lifetime.overlaps(compact[b].lifetime) })
    else { return nil }
    if overlapping, size > 0 {
      let order = RegionOrder(launches, regions)
      var wide = regions
      let wideSize = place(
        &wide,
        conflict: { wide, a, b in
          wide[a].lifetime.overlaps(wide[b].lifetime) || !order.isOrdered(a, b)
        })
      if let wideSize, wideSize <= limit, wideSize <= Self.growthLimit * size {
        regions = wide
        return wideSize
      }
    }
    regions = compact
    return size
  }
}

/// Which regions are done with before others are begun, in every order that launches may take.
private struct RegionOrder {
  private let dependencies: LaunchDependencies
  /// The launches that touch each region.
  private var users: [[Int]]

  init(_ launches: [Launch], _ regions: [Plan.Region]) {
    dependencies = LaunchDependencies(launches, regions, .separate)
    users = [[Int]](repeating: [], count: regions.count)
    for (index, launch) in launches.enumerated() {
      for case .arena(let number) in Set(launch.arguments.flatMap(\.storages)) {
        users[number].append(index)
      }
    }
  }

  /// Whether all that touches one region comes before all that touches the other.
  func isOrdered(_ a: Int, _ b: Int) -> Bool { precedes(a, b) || precedes(b, a) }

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    users[a].allSatisfy { earlier in
      users[b].allSatisfy { later in
        earlier < later && dependencies.isOrdered(earlier, before: later)
      }
    }
  }
}
