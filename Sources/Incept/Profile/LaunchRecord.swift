import OpenCLBackend
import Profiling

/// The times of every launch over several runs. Nanoseconds, unless a name says otherwise.
package struct LaunchRecord {
  /// Milliseconds of runs without profiling.
  package var unprofiled: [Double] = []
  /// Milliseconds of runs without profiling in which every kernel is launched by itself; empty where all are.
  package var unchained: [Double] = []
  /// The run whose timeline is shown: the shortest.
  package private(set) var shown: Run?
  private var walls: [Double] = []
  private var gaps: [Double] = []
  private var leads: [Double] = []
  private var tails: [Double] = []
  private var busy: [Double] = []
  private var durations: [[Double]]
  private var delays: [[Double]]
  private var hostTimes: [[Double]]
  private var flaws: [TimeStamps.Flaw?]
  private var queueFlaws: [TimeStamps.Flaw?]

  /// A profiled run.
  package struct Run: Sendable {
    /// Each launch's time stamps; nil where the device gives none.
    package var stamps: [TimeStamps?]
    /// When the host's call that enqueued each launch began and ended, since the run began.
    package var enqueues: [ClosedRange<Double>]
    /// When the host began and ended to wait, since the run began.
    package var waiting: ClosedRange<Double>

    /// Describes a run.
    package init(
      stamps: [TimeStamps?], enqueues: [ClosedRange<Double>], waiting: ClosedRange<Double>
    ) {
      self.stamps = stamps
      self.enqueues = enqueues
      self.waiting = waiting
    }

    /// How long it took by the host's clock.
    package var wall: Double { waiting.upperBound }
  }

  package init(launchCount: Int) {
    durations = Array(repeating: [], count: launchCount)
    delays = durations
    hostTimes = durations
    flaws = Array(repeating: nil, count: launchCount)
    queueFlaws = flaws
  }

  /// Whether any launch ever had time stamps that can't be used.
  package var hasFlaws: Bool { flaws.contains { $0 != nil } }

  /// Adds a run.
  package mutating func add(_ run: Run) {
    walls.append(run.wall / 1e6)
    if shown.map({ run.wall < $0.wall }) ?? true { shown = run }
    var previous: UInt64?
    var first: UInt64?
    var sum = 0.0
    for (index, stamps) in run.stamps.enumerated() where index < durations.count {
      if let flaw = TimeStamps.flaw(of: stamps, within: run.wall) {
        flaws[index] = flaws[index] ?? flaw
        previous = nil
        continue
      }
      guard let stamps else { continue }
      durations[index].append(stamps.duration)
      if let flaw = stamps.waitingFlaw(within: run.wall) {
        queueFlaws[index] = queueFlaws[index] ?? flaw
      } else {
        delays[index].append(stamps.delay(after: previous))
      }
      sum += stamps.duration
      first = first ?? stamps.started
      previous = stamps.ended
    }
    busy.append(sum)
    guard let first, let previous, previous > first else { return }
    gaps.append(max(0, Double(previous - first) - sum))
    guard let clock = ClockMatch(run) else { return }
    leads.append(max(0, clock.host(first)))
    tails.append(max(0, run.wall - clock.host(previous)))
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
    let kernel = (hasFlaws ? medians.reduce(0, +) : Statistics(busy).median) / 1e6
    let plain = Statistics(unprofiled)
    func milliseconds(_ samples: [Double]) -> Double {
      hasFlaws ? 0 : Statistics(samples).median / 1e6
    }
    return ProfileReport.Total(
      kernel: kernel, gap: milliseconds(gaps), wall: Statistics(walls).median,
      unprofiledWall: plain.median, lead: milliseconds(leads), tail: milliseconds(tails),
      noise: Noise.of(plain, betweenProcesses: Noise.ofRun), unprofiledBest: plain.minimum,
      unchainedWall: unchained.isEmpty ? nil : Statistics(unchained).median,
      corrected: .init(kernel: kernel, wall: plain.median))
  }

  /// A row per launch of a plan, in its order; the rooflines follow from the peaks where there are any.
  package func layers(
    of plan: Plan, batch: Int = 1, _ roofline: RooflineModel? = nil
  ) -> [ProfileReport.Layer] {
    let sum = medians.reduce(0, +)
    let clock = shown.flatMap { ClockMatch($0) }
    return plan.launches.indices.map { index in
      var layer = layer(index, of: plan)
      layer.share = sum > 0 ? layer.time.median * 1e3 / sum : 0
      // The host's times have enqueueing and waiting in them, which no roofline has.
      if flaws[index] == nil {
        layer.roofline = roofline.flatMap {
          layer.roofline(plan.launches[index], plan, batch, $0)
        }
      }
      layer.timeline = shown.flatMap { run in
        guard index < run.stamps.count, index < run.enqueues.count else { return nil }
        return ProfileReport.Timeline(
          run.enqueues[index], flaws[index] == nil ? run.stamps[index] : nil, clock,
          isQueueKnown: queueFlaws[index] == nil)
      }
      return layer
    }
  }

  /// What the host did in the run that is shown.
  package var hostTimeline: ProfileReport.HostTimeline? {
    guard let run = shown else { return nil }
    return ProfileReport.HostTimeline(
      wait: run.waiting.lowerBound / 1e3, end: run.waiting.upperBound / 1e3,
      clockError: ClockMatch(run)?.error.map { $0 / 1e3 })
  }

  private func layer(_ index: Int, of plan: Plan) -> ProfileReport.Layer {
    let launch = plan.launches[index]
    let traffic = plan.traffic(of: launch)
    let times = times(index)
    let median = times.median
    func rate(_ amount: Int) -> Double { median > 0 ? Double(amount) / median : 0 }
    let executed = launch.multiplyAdds ?? launch.cost.multiplyAdds
    return ProfileReport.Layer(
      name: launch.label, sources: launch.sources, op: launch.op, variant: launch.variant,
      errorGrowth: launch.errorGrowth,
      input: launch.inputShapes.map(\.dimensions), output: launch.outputShape.dimensions,
      macs: launch.cost.multiplyAdds, executedMacs: executed, bytes: launch.cost.bytes,
      time: .init(min: times.minimum / 1e3, median: median / 1e3, p90: times.p90 / 1e3),
      queue: Statistics(delays[index]).median / 1e3,
      gflops: rate(2 * launch.cost.multiplyAdds), gigabytesPerSecond: rate(launch.cost.bytes),
      share: 0, clock: flaws[index] == nil ? "event" : "host",
      flaw: flaws[index]?.rawValue, queueFlaw: queueFlaws[index]?.rawValue, index: index,
      noise: Noise.of(times, betweenProcesses: Noise.ofLaunch) / 1e3,
      executedGflops: rate(2 * executed),
      weightsBytes: traffic.weights, activationBytes: traffic.activations)
  }
}

/// How far the fastest of two series of the same measurement may be apart.
///
/// What else a machine does makes code slower, never faster, and for seconds on end: medians of two series of the same
/// then differ by more than any statistic of one series tells, their minima do not (Chen and Revels, "Robust
/// benchmarking in noisy environments", 2016). Figures are in `docs/performance.md`.
enum Noise {
  /// What the fastest run of a network differs by between two processes, as a part.
  static let ofRun = 0.02
  /// What the fastest of a single launch does: memory lies elsewhere, so that more or less of it is in a cache.
  static let ofLaunch = 0.05
  /// Either for so few samples that none of them may have been undisturbed.
  private static let ofFew = 0.1
  private static let few = 8

  /// The noise of a minimum, in the unit of the samples: as far as half of them are above it.
  static func of(_ samples: Statistics, betweenProcesses: Double) -> Double {
    let within = samples.median - samples.minimum
    let between = samples.minimum * (samples.count < few ? ofFew : betweenProcesses)
    return (within * within + between * between).squareRoot()
  }
}

extension ProfileReport.Layer {
  /// What bounds a launch that took this time; nil where nothing was timed.
  fileprivate func roofline(
    _ launch: Launch, _ plan: Plan, _ batch: Int, _ model: RooflineModel
  ) -> ProfileReport.Roofline? {
    guard time.median > 0 else { return nil }
    let halves = plan.options.precision != .fp32
    let work = RooflineModel.Work(
      operations: 2 * Double(executedMacs), weightBytes: weightsBytes,
      activationBytes: activationBytes,
      arithmetic: launch.sumsFloat64 ? .double : halves ? .half : .float)
    let limit = model.limit(work)
    let part = limit.microseconds / time.median
    // A kernel's time is from start to end, a launch's from one to the next: the kernel may well be shorter.
    let fraction = limit.bound == .launch ? min(1, part) : part
    let advice = Advice(
      limit.bound,
      .init(
        fraction: fraction, savesMultiplications: executedMacs < macs, multiplies: macs > 0,
        weightShare: work.bytes > 0 ? Double(weightsBytes) / Double(work.bytes) : 0,
        batch: batch, storesHalves: halves,
        isTunable: launch.tuning.map { !$0.isTuned && $0.accepted.count > 1 } ?? false))
    return ProfileReport.Roofline(
      intensity: work.intensity, bound: limit.bound.name, boundTime: limit.microseconds,
      fraction: fraction, advice: advice.text)
  }
}
