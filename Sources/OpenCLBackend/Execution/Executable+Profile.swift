import OpenCLRuntime
import TensorCore

extension Executable {
  /// A run with the times of the device and of the host.
  package struct ProfiledRun: Sendable {
    /// The four time stamps of every launch, in the plan's order, in nanoseconds of the device's clock; nil for a launch
    /// whose device gives none.
    package let stamps: [ProfilingTimes?]
    /// When the host's call that enqueued each launch began and ended, in nanoseconds since the run began.
    package let enqueues: [ClosedRange<Double>]
    /// When the host began and ended to wait, in nanoseconds since the run began.
    package let waiting: ClosedRange<Double>
  }

  /// Runs the kernels once on a queue with profiling.
  package func profileKernels(on profiling: borrowing Queue) throws(InceptError) -> ProfiledRun {
    var events: [Shared<Event>] = []
    var moments: [Double] = []
    events.reserveCapacity(launches.count)
    moments.reserveCapacity(launches.count + 2)
    let start = ContinuousClock.now
    moments.append(0)
    for launch in launches {
      events.append(Shared(try profiling.enqueueRecorded(launch)))
      moments.append((ContinuousClock.now - start).nanoseconds)
    }
    try profiling.finish()
    let end = (ContinuousClock.now - start).nanoseconds
    return ProfiledRun(
      stamps: events.map { $0.value.times },
      enqueues: launches.indices.map { moments[$0]...max(moments[$0], moments[$0 + 1]) },
      waiting: moments[launches.count]...max(moments[launches.count], end))
  }

  /// A queue with profiling on this executable's device.
  package func profilingQueue() throws(InceptError) -> Queue {
    try Queue(device.context.value, profiling: true)
  }
}

extension Duration {
  /// The duration in nanoseconds.
  var nanoseconds: Double {
    Double(components.seconds) * 1e9 + Double(components.attoseconds) * 1e-9
  }
}
