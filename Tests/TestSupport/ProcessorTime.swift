import Foundation

/// Time that doesn't depend on what else the machine is busy with.
package enum ProcessorTime {
  /// Seconds of processor time that this thread has taken.
  package static var ofThread: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
