import Dispatch

/// Loops over all cores.
package enum Parallel {
  /// Calls `body` with ranges that together cover `0..<count`, at once on several threads. Ranges start at
  /// multiples of `grain`, rounded up to 16; a loop of one grain stays on this thread.
  package static func ranges(of count: Int, grain: Int, _ body: @Sendable (Range<Int>) -> Void) {
    let grain = (max(grain, 1) + 15) / 16 * 16
    let pieces = (count + grain - 1) / grain
    guard pieces > 1 else { return body(0..<count) }
    DispatchQueue.concurrentPerform(iterations: pieces) { piece in
      body((piece * grain)..<min((piece + 1) * grain, count))
    }
  }
}
