/// Measures elapsed time on the monotonic clock.
struct Stopwatch: Sendable {
  private let start = ContinuousClock.now

  /// Milliseconds since the stopwatch was made.
  var milliseconds: Double {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    // Whole nanoseconds, so that the number prints without a tail of digits.
    return Double(seconds * 1_000_000_000 + attoseconds / 1_000_000_000) / 1e6
  }
}
