/// The order in which launches are enqueued on a device that lets them overlap.
enum LaunchSchedule {
  /// Launches in an order in which those with the most work still depending on them come first: long branches
  /// before short ones, and branches in turns, so that a launch rarely waits for the one just before it.
  /// Equals stay in their order.
  static func reordered(_ launches: [Launch], _ regions: [Plan.Region]) -> [Launch] {
    let waits = LaunchDependencies(launches, regions, .separate).waits
    var followers = [[Int]](repeating: [], count: launches.count)
    var pending = waits.map(\.count)
    for (launch, earlier) in waits.enumerated() {
      for one in earlier { followers[one].append(launch) }
    }
    var remaining = launches.map(work)
    for launch in launches.indices.reversed() {
      remaining[launch] += followers[launch].map { remaining[$0] }.max() ?? 0
    }
    var ready = launches.indices.filter { pending[$0] == 0 }
    var order: [Launch] = []
    while let next = ready.max(by: { (remaining[$0], $1) < (remaining[$1], $0) }) {
      ready.removeAll { $0 == next }
      order.append(launches[next])
      for follower in followers[next] {
        pending[follower] -= 1
        if pending[follower] == 0 { ready.append(follower) }
      }
    }
    return order
  }

  /// What a launch costs besides its own work, as multiply-adds.
  private static let launchWork = 5e5

  /// A launch's work in multiply-adds, roughly: what it computes, what it moves, and what every launch costs.
  static func work(_ launch: Launch) -> Double {
    Double(launch.cost.multiplyAdds) + Double(launch.cost.bytes) + launchWork
  }
}
