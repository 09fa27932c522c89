import Foundation
import KernelSources
import OpenCLRuntime
import Profiling
import TensorCore

/// A device made ready for measurements: a queue whose launches can be timed, and programs of `kernels/peaks.cl`.
final class PeakBench {
  let info: DeviceInfo
  let context: Context
  private let queue: Queue
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant
  /// How many launches had time stamps that can't be believed, so that the host's clock was taken.
  private(set) var distrusted = 0
  /// The part of the processors that this process had during the last launch that was timed; other programs, or idling,
  /// had the rest. Means nothing for devices that are no CPUs.
  private(set) var processorShare = 1.0

  /// Opens a device.
  init(_ info: DeviceInfo) throws(InceptError) {
    self.info = info
    context = try Context(info)
    queue = try Queue(context, profiling: true)
    began = clock.now
  }

  /// Seconds since the device was opened.
  var elapsed: Double { (clock.now - began) / .seconds(1) }

  /// Work-groups that may run at once, or more on a device that says nothing.
  var units: Int { max(1, info.computeUnits) }

  /// Processors that a CPU's compute units can run on.
  private var processors: Int {
    max(1, min(units, ProcessInfo.processInfo.activeProcessorCount))
  }

  /// Floats of the device's vectors, as far as it says.
  var vectorWidth: Int {
    max(1, info.nativeFloatVectorWidth, info.preferredFloatVectorWidth)
  }

  /// Whether one work-item with explicit vectors fills a compute unit. Drivers that put neighbouring work-items into the
  /// lanes of a vector say 1.
  var wantsVectors: Bool { info.type == .cpu && vectorWidth > 1 }

  /// Builds a form of the kernels.
  func program(_ defines: [(name: String, value: String)]) throws(InceptError) -> Program {
    guard let text = KernelSources.source("peaks.cl") else {
      throw InceptError(
        .software, subject: "kernels/peaks.cl", expected: "expected to be embedded", found: "none")
    }
    let head = defines.map { "#define \($0.name) \($0.value)\n" }.joined()
    return try Program(context, source: head + text, label: "peaks.cl")
  }

  /// Nanoseconds that a launch took: by the device's clock where that can be believed, else by the host's.
  ///
  /// - Parameter count: Launches of which the shortest counts. They follow each other at once: a processor that waits in
  ///   between may be given to others by the host that it is a part of.
  func time(
    _ kernel: borrowing Kernel, global: Int, local: Int, leastOf count: Int = 1
  ) throws(InceptError) -> Double {
    let used = ProcessUsage.processorTime
    let start = clock.now
    var events: [Shared<Event>] = []
    for _ in 0..<max(1, count) {
      events.append(Shared(try queue.enqueue(kernel, global: [global], local: [local])))
    }
    try queue.finish()
    let wall = (clock.now - start) / .nanoseconds(1)
    processorShare = min(1, (ProcessUsage.processorTime - used) / (wall * Double(processors)))
    let stamps = events.map { event in
      event.value.times.map {
        TimeStamps(
          queued: $0.queued, submitted: $0.submitted, started: $0.started, ended: $0.ended)
      }
    }
    guard let times = Self.believed(stamps, within: wall), let least = times.min() else {
      distrusted += events.count
      return wall / Double(events.count)
    }
    return least
  }

  /// Nanoseconds by the launches' own stamps; nil where they can't be right. Launches that are long can't have taken much
  /// less than the host waited for them.
  static func believed(_ stamps: [TimeStamps?], within wall: Double) -> [Double]? {
    var durations: [Double] = []
    for stamps in stamps {
      guard let stamps, TimeStamps.flaw(of: stamps, within: wall) == nil else { return nil }
      durations.append(stamps.duration)
    }
    let sum = durations.reduce(0, +)
    return wall > shortLaunch && sum < wall * 0.9 ? nil : durations
  }

  /// Nanoseconds of a launch whose enqueueing and waiting may count.
  private static let shortLaunch = 1e6

  /// Nanoseconds from enqueueing `count` launches to the end of the last.
  func time(_ launch: PreparedLaunch, count: Int) throws(InceptError) -> Double {
    let start = clock.now
    for _ in 0..<count { try queue.enqueue(launch) }
    try queue.finish()
    return (clock.now - start) / .nanoseconds(1)
  }

  /// Gives all of a buffer memory of its own.
  func touch(_ buffer: borrowing Buffer) throws(InceptError) {
    try queue.fill(buffer, with: UInt32(0x3f80_0001))
    try queue.finish()
  }
}

/// A rate, and the circumstances that it was measured in.
struct MeasuredRate: Hashable {
  /// Operations or bytes per nanosecond.
  var rate = 0.0
  /// The part of the processors that this process had meanwhile.
  var processorShare = 1.0
}

/// A kernel whose work grows with an argument `rounds`.
struct RepeatedKernel: ~Copyable {
  var kernel: Kernel
  let roundsArgument: Int
  let global: Int
  let local: Int

  /// Nanoseconds of `rounds` rounds.
  mutating func time(_ rounds: Int, on bench: PeakBench) throws(InceptError) -> Double {
    try kernel.setArg(roundsArgument, Int32(clamping: rounds))
    return try bench.time(kernel, global: global, local: local)
  }

  /// Rounds that take about `target` nanoseconds, found by ever longer launches, and the time of the last of them. The
  /// first launch, which may be compiled, counts not. An interpreter's one round may take longer.
  mutating func calibrated(
    _ target: Double, from start: Int = 1, on bench: PeakBench
  ) throws(InceptError) -> (rounds: Int, nanoseconds: Double) {
    var rounds = max(1, start)
    var taken = try time(rounds, on: bench)
    while taken < target * 0.7, rounds < Self.mostRounds {
      let factor = min(16, max(1.3, target / max(taken, 1)))
      rounds = min(Self.mostRounds, Int((Double(rounds) * factor).rounded(.up)))
      taken = try time(rounds, on: bench)
    }
    return (rounds, taken)
  }

  private static let mostRounds = 1 << 30
}
