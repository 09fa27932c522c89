import Profiling

/// The device's clock told by the host's: both run in nanoseconds, from different beginnings.
struct ClockMatch {
  /// The device's time at which the host's run began.
  private let origin: Double
  /// How far a matched time may be off, in nanoseconds; nil where launches have no moment in common on both clocks, and
  /// the first start is taken for the moment at which it was enqueued.
  let error: Double?

  /// Matches the clocks by the launches of a run: each was queued while the host's call that enqueued it was under way.
  /// Nil where no stamps can be used.
  init?(_ run: LaunchRecord.Run) {
    var low = -Double.infinity
    var high = Double.infinity
    var first: Double?
    for (stamps, call) in zip(run.stamps, run.enqueues) {
      guard let stamps, TimeStamps.flaw(of: stamps, within: run.wall) == nil else { continue }
      first = first ?? Double(stamps.started) - call.upperBound
      guard stamps.waitingFlaw(within: run.wall) == nil else { continue }
      low = max(low, Double(stamps.queued) - call.upperBound)
      high = min(high, Double(stamps.queued) - call.lowerBound)
    }
    guard let first else { return nil }
    if low.isFinite, high.isFinite {
      origin = (low + high) / 2
      error = abs(high - low) / 2
    } else {
      origin = first
      error = nil
    }
  }

  /// Nanoseconds since the host began the run, for a time of the device.
  func host(_ stamp: UInt64) -> Double { Double(stamp) - origin }
}

extension ProfileReport.Timeline {
  /// The moments of a launch.
  ///
  /// - Parameters:
  ///   - call: The host's call, in nanoseconds since the run began.
  ///   - stamps: The device's stamps; nil where they can't be used.
  ///   - isQueueKnown: Whether the stamps of waiting can be used.
  init(
    _ call: ClosedRange<Double>, _ stamps: TimeStamps?, _ clock: ClockMatch?, isQueueKnown: Bool
  ) {
    enqueue = call.lowerBound / 1e3
    enqueued = call.upperBound / 1e3
    guard let stamps, let clock else { return }
    if isQueueKnown {
      queued = clock.host(stamps.queued) / 1e3
      submitted = clock.host(stamps.submitted) / 1e3
    }
    started = clock.host(stamps.started) / 1e3
    ended = clock.host(stamps.ended) / 1e3
  }
}
