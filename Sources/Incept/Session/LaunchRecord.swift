import OpenCLBackend
import Profiling

/// The times of every launch over several runs. Nanoseconds, unless a name says otherwise.
package struct LaunchRecord {
  /// Milliseconds of runs without profiling.
  package var unprofiled: [Double] = []
  private var walls: [Double] = []
  private var gaps: [Double] = []
  private var busy: [Double] = []
  private var durations: [[Double]]
  private var delays: [[Double]]
  private var hostTimes: [[Double]]
  private var flaws: [TimeStamps.Flaw?]

  package init(launchCount: Int) {
    durations = Array(repeating: [], count: launchCount)
    delays = durations
    hostTimes = durations
    flaws = Array(repeating: nil, count: launchCount)
  }

  /// Whether any launch ever had time stamps that can't be used.
  package var hasFlaws: Bool { flaws.contains { $0 != nil } }

  /// Adds a run that took `wall` milliseconds by the host's clock.
  package mutating func add(_ stamps: [TimeStamps?], wall: Double) {
    walls.append(wall)
    var previous: UInt64?
    var first: UInt64?
    var sum = 0.0
    for (index, stamps) in stamps.enumerated() where index < durations.count {
      if let flaw = TimeStamps.flaw(of: stamps, within: wall * 1e6) {
        flaws[index] = flaws[index] ?? flaw
        previous = nil
        continue
      }
      guard let stamps else { continue }
      durations[index].append(stamps.duration)
      delays[index].append(stamps.delay(after: previous))
      sum += stamps.duration
      first = first ?? stamps.started
      previous = stamps.ended
    }
    busy.append(sum)
    if let first, let previous, previous > first {
      gaps.append(max(0, Double(previous - first) - sum))
    }
  }

  /// Adds a run of launches that the host timed one by one.
  package mutating func addHostTimes(_ times: [Double]) {
    for (index, time) in times.enumerated() where index < hostTimes.count {
      hostTimes[index].append(time)
    }
  }

  /// The times of a launch: events, or the host's where any event was useless.
  private func times(_ index: Int) -> Statistics {
    Statistics(flaws[index] == nil ? durations[index] : hostTimes[index])
  }

  private var medians: [Double] { durations.indices.map { times($0).median } }

  /// The network's times in milliseconds.
  package var total: ProfileReport.Total {
    ProfileReport.Total(
      kernel: (hasFlaws ? medians.reduce(0, +) : Statistics(busy).median) / 1e6,
      gap: hasFlaws ? 0 : Statistics(gaps).median / 1e6,
      wall: Statistics(walls).median, unprofiledWall: Statistics(unprofiled).median)
  }

  /// A row per launch.
  package func layers(_ launches: [Launch]) -> [ProfileReport.Layer] {
    let sum = medians.reduce(0, +)
    return launches.enumerated().map { index, launch in
      let times = times(index)
      let median = times.median
      func rate(_ amount: Int) -> Double { median > 0 ? Double(amount) / median : 0 }
      return ProfileReport.Layer(
        name: launch.label, sources: launch.sources, op: launch.op, variant: launch.variant,
        errorGrowth: launch.errorGrowth,
        input: launch.inputShapes.map(\.dimensions), output: launch.outputShape.dimensions,
        macs: launch.cost.multiplyAdds, bytes: launch.cost.bytes,
        time: .init(
          min: times.minimum / 1e3, median: median / 1e3, p90: times.p90 / 1e3),
        queue: Statistics(delays[index]).median / 1e3,
        gflops: rate(2 * launch.cost.multiplyAdds), gigabytesPerSecond: rate(launch.cost.bytes),
        share: sum > 0 ? median / sum : 0, clock: flaws[index] == nil ? "event" : "host",
        flaw: flaws[index]?.rawValue)
    }
  }
}
