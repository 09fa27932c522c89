/// When a kernel was queued, submitted, started and ended, in nanoseconds of the device's clock, and whether that can
/// be believed (OpenCL 3.0 API specification, section 5.14). Drivers exist that report zeros, stamps in reverse, or
/// another unit.
package struct TimeStamps: Sendable, Hashable {
  /// When the host enqueued the command.
  package var queued: UInt64
  /// When the host handed it to the device.
  package var submitted: UInt64
  /// When the command began.
  package var started: UInt64
  /// When it ended.
  package var ended: UInt64

  /// Creates stamps.
  package init(queued: UInt64, submitted: UInt64, started: UInt64, ended: UInt64) {
    self.queued = queued
    self.submitted = submitted
    self.started = started
    self.ended = ended
  }

  /// Why stamps can't be used.
  package enum Flaw: String, Sendable, Hashable {
    /// The driver gave none.
    case missing
    /// Start, end or their distance is 0.
    case zero
    /// The command ended before it started.
    case reversed
    /// The command took longer than the whole run it is part of, or less than anything that is started does.
    case absurd
  }

  /// How much longer than the host's clock says a command may seem to take, for clocks that drift.
  private static let tolerance = 1.1

  /// Nanoseconds below which no command is believed: starting the smallest takes some hundred on any device, and
  /// rusticl's llvmpipe says 1 of all of them.
  private static let shortest: UInt64 = 50

  /// What is wrong with `stamps`, or nil for stamps that can be used.
  ///
  /// - Parameter wall: Nanoseconds that the run with the command took by the host's clock.
  package static func flaw(of stamps: TimeStamps?, within wall: Double) -> Flaw? {
    guard let stamps else { return .missing }
    if stamps.ended < stamps.started { return .reversed }
    if stamps.started == 0 || stamps.ended == stamps.started { return .zero }
    let duration = stamps.ended - stamps.started
    return duration < shortest || Double(duration) > wall * tolerance ? .absurd : nil
  }

  /// What is wrong with the stamps of waiting, `queued` and `submitted`, of stamps whose start and end can be used; nil
  /// for nothing. Many devices leave them 0, or set them after the command began.
  ///
  /// - Parameter wall: Nanoseconds that the run with the command took by the host's clock.
  package func waitingFlaw(within wall: Double) -> Flaw? {
    if queued == 0 || submitted == 0 { return .zero }
    if queued > submitted || submitted > started { return .reversed }
    return Double(started - queued) > wall * Self.tolerance ? .absurd : nil
  }

  /// Nanoseconds from start to end of stamps that can be used.
  package var duration: Double { ended >= started ? Double(ended - started) : 0 }

  /// Nanoseconds that the command waited though it was queued and the one before it, which ended at `previous`,
  /// was done.
  package func delay(after previous: UInt64?) -> Double {
    let ready = max(queued, previous ?? 0)
    return started > ready ? Double(started - ready) : 0
  }
}
