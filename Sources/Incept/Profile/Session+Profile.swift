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
  ///   - peaks: What the device reaches at best, which says what bounds each kernel; nil leaves that out.
  ///   - options: How the picture is prepared.
  public func profile(
    image: String? = nil, _ measure: MeasureOptions = MeasureOptions(), peaks: DevicePeaks? = nil,
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
    let shapes = model.shapes(batch: measure.batch)
    // Chains of kernels have one time stamp for all: kernels are timed each by itself, the whole as it runs.
    let whole = try self.executable(shapes)
    let hasChains = whole.plan.launches.contains { $0.isChain }
    let executable = hasChains ? try executable(shapes, chained: false) : whole
    settle()
    let tensors = inputs ?? madeUpInputs(batch: measure.batch)
    for one in hasChains ? [executable, whole] : [whole] {
      try one.setInputs(tensors)
      for number in 0..<measure.warmup {
        report("warming up", number + 1, of: measure.warmup)
        try one.runKernels()
      }
    }

    var record = LaunchRecord(launchCount: executable.plan.launches.count)
    let queue = try executable.profilingQueue()
    // The first run on a new queue pays for the queue.
    if measure.warmup > 0 { _ = try executable.profileKernels(on: queue) }
    for number in 0..<measure.runs {
      // Profiled and unprofiled runs take turns, so that all see the same state of the machine.
      record.unprofiled.append(try Self.milliseconds(of: whole))
      if hasChains { record.unchained.append(try Self.milliseconds(of: executable)) }
      record.add(LaunchRecord.Run(try executable.profileKernels(on: queue)))
      report("running", number + 1, of: measure.runs)
    }
    if record.hasFlaws {
      for number in 0..<measure.runs {
        report("timing kernels one by one", number + 1, of: measure.runs)
        record.addHostTimes(try executable.timeKernelsOneByOne())
      }
    }
    let plan = executable.plan
    let roofline = peaks.map {
      RooflineModel($0, networkBytes: plan.weightsBytes + plan.arenaBytes)
    }
    return ProfileReport(
      model: model.reported, device: device.reported, accuracy: self.options.accuracy,
      precision: self.options.precision, batch: measure.batch, runs: measure.runs,
      layers: record.layers(of: plan, batch: measure.batch, roofline), total: record.total,
      memory: PlannedMemory(plan), peaks: peaks, timeline: record.hostTimeline)
  }

  private static func milliseconds(of executable: Executable) throws(InceptError) -> Double {
    let watch = Stopwatch()
    try executable.runKernels()
    return watch.milliseconds
  }
}

extension LaunchRecord.Run {
  init(_ run: Executable.ProfiledRun) {
    self.init(
      stamps: run.stamps.map { $0.map(TimeStamps.init) }, enqueues: run.enqueues,
      waiting: run.waiting)
  }
}

extension TimeStamps {
  init(_ times: ProfilingTimes) {
    self.init(
      queued: times.queued, submitted: times.submitted, started: times.started, ended: times.ended)
  }
}
