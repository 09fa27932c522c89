import Imaging
import OpenCLBackend
import OpenCLRuntime
import Profiling

extension Session {
  /// Times every kernel of the network with the device's events.
  ///
  /// Time stamps that can't be right are told from those that can; kernels with such are timed by the host, one
  /// by one, and marked.
  ///
  /// - Parameters:
  ///   - image: A picture to run on; without one the input is made up.
  ///   - measure: How often.
  ///   - options: How the picture is prepared.
  public func profile(
    image: String? = nil, _ measure: MeasureOptions = MeasureOptions(),
    options: ClassifyOptions = ClassifyOptions()
  ) throws(InceptError) -> ProfileReport {
    var inputs: [String: HostTensor]?
    if let image {
      let pictures = try Pictures(model, options)
      let picture = try Image.decode(path: image)
      let group = [Image](repeating: picture, count: measure.batch)
      let names = [String](repeating: image, count: measure.batch)
      inputs = [pictures.input: try pictures.tensor(group, names: names)]
    }
    let executable = try executable(model.shapes(batch: measure.batch))
    try executable.setInputs(inputs ?? madeUpInputs(batch: measure.batch))
    for _ in 0..<max(1, measure.warmup) { try executable.runKernels() }

    var record = LaunchRecord(launchCount: executable.plan.launches.count)
    let queue = try executable.profilingQueue()
    // The first run on a new queue pays for the queue.
    _ = try executable.profileKernels(on: queue)
    for number in 0..<measure.runs {
      // Profiled and unprofiled runs take turns, so that both see the same state of the machine.
      let plain = Stopwatch()
      try executable.runKernels()
      record.unprofiled.append(plain.milliseconds)
      let watch = Stopwatch()
      let times = try executable.profileKernels(on: queue)
      let wall = watch.milliseconds
      record.add(times.map { $0.map(TimeStamps.init) }, wall: wall)
      report("running", number + 1, of: measure.runs)
    }
    if record.hasFlaws {
      for _ in 0..<measure.runs { record.addHostTimes(try executable.timeKernelsOneByOne()) }
    }
    return ProfileReport(
      model: model.reported, device: device.reported, batch: measure.batch, runs: measure.runs,
      layers: record.layers(executable.plan.launches), total: record.total)
  }
}

extension TimeStamps {
  init(_ times: ProfilingTimes) {
    self.init(queued: times.queued, started: times.started, ended: times.ended)
  }
}

/// The times of every launch over several runs. Nanoseconds, unless a name says otherwise.
struct LaunchRecord {
  /// Milliseconds of runs without profiling.
  var unprofiled: [Double] = []
  private var walls: [Double] = []
  private var gaps: [Double] = []
  private var busy: [Double] = []
  private var durations: [[Double]]
  private var delays: [[Double]]
  private var hostTimes: [[Double]]
  private var flaws: [TimeStamps.Flaw?]

  init(launchCount: Int) {
    durations = Array(repeating: [], count: launchCount)
    delays = durations
    hostTimes = durations
    flaws = Array(repeating: nil, count: launchCount)
  }

  /// Whether any launch ever had time stamps that can't be used.
  var hasFlaws: Bool { flaws.contains { $0 != nil } }

  /// Adds a run that took `wall` milliseconds by the host's clock.
  mutating func add(_ stamps: [TimeStamps?], wall: Double) {
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
  mutating func addHostTimes(_ times: [Double]) {
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
  var total: ProfileReport.Total {
    ProfileReport.Total(
      kernel: (hasFlaws ? medians.reduce(0, +) : Statistics(busy).median) * 1e-6,
      gap: hasFlaws ? 0 : Statistics(gaps).median * 1e-6,
      wall: Statistics(walls).median, unprofiledWall: Statistics(unprofiled).median)
  }

  /// A row per launch.
  func layers(_ launches: [Launch]) -> [ProfileReport.Layer] {
    let sum = medians.reduce(0, +)
    return launches.enumerated().map { index, launch in
      let times = times(index)
      let median = times.median
      func rate(_ amount: Int) -> Double { median > 0 ? Double(amount) / median : 0 }
      return ProfileReport.Layer(
        name: launch.label, sources: launch.sources, op: launch.op, variant: launch.variant,
        input: launch.inputShapes.map(\.dimensions), output: launch.outputShape.dimensions,
        macs: launch.cost.multiplyAdds, bytes: launch.cost.bytes,
        time: .init(
          min: times.minimum * 1e-3, median: median * 1e-3, p90: times.p90 * 1e-3),
        queue: Statistics(delays[index]).median * 1e-3,
        gflops: rate(2 * launch.cost.multiplyAdds), gigabytesPerSecond: rate(launch.cost.bytes),
        share: sum > 0 ? median / sum : 0, clock: flaws[index] == nil ? "event" : "host",
        flaw: flaws[index]?.rawValue)
    }
  }
}
