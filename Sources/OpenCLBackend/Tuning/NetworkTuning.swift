import GraphIR
import OpenCLRuntime
import TensorCore

/// A network on a device whose variants are tried.
package struct NetworkTuning: TuningTarget {
  /// The network with its default variants.
  package let reference: Executable
  private let graph: Graph
  private let device: BackendDevice
  /// What the network is run on.
  package let inputs: [String: HostTensor]
  private let referenceTimer: LaunchTimer

  /// Prepares a network with the variants that `options` and the cost model choose.
  ///
  /// - Parameter inputs: What the network is run on.
  package init(
    _ graph: Graph, on device: BackendDevice, options: PlanOptions, inputs: [String: HostTensor],
    progress: @Sendable (Executable.Progress) -> Void = { _ in }
  ) throws(InceptError) {
    self.graph = graph
    self.device = device
    self.inputs = inputs
    let plan = try PlanBuilder.plan(graph, for: device.traits, options: options)
    reference = try Executable(plan, on: device, progress: progress)
    referenceTimer = try LaunchTimer(reference, inputs)
    try referenceTimer.warmUp()
  }

  package func check() throws(InceptError) { try referenceTimer.warmUp() }

  /// The problems with a choice, with their parts of the network's time.
  package func problems() throws(InceptError) -> [TuningProblem] {
    var times = try referenceTimer.run()
    for _ in 0..<2 { times = zip(times, try referenceTimer.run()).map { min($0, $1) } }
    let total = times.reduce(0, +)
    let parts = TunedParts(reference.plan)
    var problems: [TuningProblem] = []
    for (key, ranges) in parts.ranges {
      guard let tuning = parts.tunings[key], tuning.accepted.count > 1 else { continue }
      let share = total > 0 ? TunedParts.sum(times, ranges) / total : 0
      problems.append(
        TuningProblem(
          key: key, reference: tuning.accepted[0],
          candidates: Array(tuning.accepted.dropFirst()), nodes: parts.nodes[key] ?? [],
          share: share))
    }
    return problems.sorted { ($0.share, $1.key) > ($1.share, $0.key) }
  }

  /// The network with other variants.
  package func executable(_ variants: [String: String]) throws(InceptError) -> Executable {
    var options = reference.plan.options
    options.choices.merge(variants) { $1 }
    let plan = try PlanBuilder.plan(graph, for: device.traits, options: options)
    // Its constants go with it: kept for all trials together they would fill the memory.
    defer { device.dropConstants() }
    return try Executable(plan, on: device)
  }

  package func trial(_ variants: [String: String]) throws(InceptError) -> NetworkTrial {
    let timer = try LaunchTimer(executable(variants), inputs)
    try timer.warmUp()
    return NetworkTrial(reference: referenceTimer, candidate: timer, keys: Array(variants.keys))
  }
}

/// Two executables of one network that are timed in turns.
package final class NetworkTrial: TuningTrial {
  private let reference: LaunchTimer
  private let candidate: LaunchTimer
  private let keys: [String]
  private var isReversed = false

  init(reference: LaunchTimer, candidate: LaunchTimer, keys: [String]) {
    self.reference = reference
    self.candidate = candidate
    self.keys = keys
  }

  /// Runs of either network in a measurement: the shortest time of each launch counts, as other processes only ever
  /// make one longer.
  private static let repeats = 3
  /// A network this many times as slow is run once only.
  private static let slow = 3.0

  package func measure() throws(InceptError) -> TuningSample {
    var (base, tried): ([Double], [Double]) = ([], [])
    for _ in 0..<Self.repeats {
      // Every other time the other way round, so that a clock that slows down favours nobody.
      if isReversed { Self.keepShortest(try candidate.run(), in: &tried) }
      Self.keepShortest(try reference.run(), in: &base)
      if !isReversed { Self.keepShortest(try candidate.run(), in: &tried) }
      isReversed.toggle()
      if tried.reduce(0, +) > Self.slow * base.reduce(0, +) { break }
    }
    var ratios: [String: Double] = [:]
    for key in keys {
      guard let own = candidate.parts.ranges[key], let other = reference.parts.ranges[key] else {
        continue
      }
      let expected = TunedParts.sum(base, other)
      if expected > 0 { ratios[key] = TunedParts.sum(tried, own) / expected }
    }
    let whole = base.reduce(0, +)
    return TuningSample(
      ratios: ratios, slowdown: whole > 0 ? tried.reduce(0, +) / whole : 1)
  }

  private static func keepShortest(_ times: [Double], in shortest: inout [Double]) {
    shortest = shortest.isEmpty ? times : zip(shortest, times).map { min($0, $1) }
  }
}

/// Which launches of a plan belong to which problem.
struct TunedParts {
  private(set) var ranges: [String: [Range<Int>]] = [:]
  private(set) var tunings: [String: Launch.Tuning] = [:]
  private(set) var nodes: [String: [String]] = [:]

  init(_ plan: Plan) {
    let launches = plan.launches
    for (index, launch) in launches.enumerated() {
      guard let tuning = launch.tuning else { continue }
      // A node's further launches are its neighbours and called NODE/STEP.
      let steps = "\(launch.label)/"
      func isStep(_ other: Launch) -> Bool { other.tuning == nil && other.label.hasPrefix(steps) }
      var (start, end) = (index, index + 1)
      while start > 0, isStep(launches[start - 1]) { start -= 1 }
      while end < launches.count, isStep(launches[end]) { end += 1 }
      ranges[tuning.key, default: []].append(start..<end)
      nodes[tuning.key, default: []].append(launch.label)
      tunings[tuning.key] = tuning
    }
  }

  static func sum(_ times: [Double], _ ranges: [Range<Int>]) -> Double {
    ranges.reduce(0) { sum, range in
      sum + (range.upperBound <= times.count ? times[range].reduce(0, +) : 0)
    }
  }
}

/// Times every launch of an executable, with the device's time stamps or, where those are useless, by the host.
final class LaunchTimer {
  let parts: TunedParts
  private let executable: Executable
  private let queue: Shared<Queue>
  private var byHost = false

  init(_ executable: Executable, _ inputs: [String: HostTensor]) throws(InceptError) {
    self.executable = executable
    parts = TunedParts(executable.plan)
    queue = Shared(try executable.profilingQueue())
    try executable.setInputs(inputs)
  }

  /// The first run makes machine code on many drivers, and pays for the queue.
  func warmUp() throws(InceptError) {
    try executable.runKernels()
    _ = try run()
  }

  /// Runs once. Nanoseconds of every launch, with the time before it in which nothing ran.
  func run() throws(InceptError) -> [Double] {
    if !byHost {
      let stamps = try executable.profileKernels(on: queue.value).stamps
      if let times = Self.times(stamps) { return times }
      byHost = true
    }
    return try executable.timeKernelsOneByOne()
  }

  /// Nil where any time stamp can't be right.
  static func times(_ stamps: [ProfilingTimes?]) -> [Double]? {
    var times: [Double] = []
    var previous: UInt64?
    for stamp in stamps {
      guard let stamp, stamp.started > 0, stamp.ended >= stamp.started,
        stamp.ended - stamp.started < longest
      else { return nil }
      var start = stamp.started
      // Small launches are as dear as the pause before them; launches that overlap have none.
      if let previous, previous <= start, start - previous < longestPause { start = previous }
      times.append(Double(stamp.ended - start))
      previous = stamp.ended
    }
    return times.contains { $0 > 0 } ? times : nil
  }

  /// An hour: no launch takes that long.
  private static let longest: UInt64 = 3600 * 1_000_000_000
  /// A pause beyond this is the machine's, not the launch's.
  private static let longestPause: UInt64 = 50_000
}
