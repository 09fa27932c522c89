/// Measures elapsed time on the monotonic clock.
struct Stopwatch: Sendable {
  private let start = ContinuousClock.now

  /// Milliseconds since the stopwatch was made.
  var milliseconds: Double {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Double(seconds) * 1e3 + Double(attoseconds) * 1e-15
  }
}
