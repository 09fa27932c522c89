extension Plan {
  /// Whether some launch need not wait for the one before it. Otherwise the launches are a chain, and nothing can
  /// overlap.
  package var canOverlap: Bool {
    launches.indices.dropFirst().contains { !launches[$0].waits.contains($0 - 1) }
  }

  /// Whether the plan asks for a queue on which launches may overlap.
  package var runsOutOfOrder: Bool {
    switch options.queue {
    case .inOrder: false
    case .outOfOrder: true
    case .auto: traits.overlapsLaunches && canOverlap && meanWork >= Self.leastWork
    }
  }

  /// Work of a launch, on average, from which on overlapping is worth its host calls: an event and a wait cost
  /// about two microseconds a launch, the tail of a long kernel that another one fills five and more.
  private static let leastWork = 1e6

  private var meanWork: Double {
    launches.reduce(0) { $0 + LaunchSchedule.work($1) } / Double(max(1, launches.count))
  }
}
