import Foundation

/// What this process has used of the machine.
package enum ProcessUsage {
  /// The most resident memory it has had, in bytes.
  package static var peakBytes: Int {
    guard let usage else { return 0 }
    #if canImport(Glibc)
      // Linux counts in KiB.
      return Int(usage.ru_maxrss) * 1024
    #else
      return Int(usage.ru_maxrss)
    #endif
  }

  /// Nanoseconds that all its threads together have run on processors.
  package static var processorTime: Double {
    guard let usage else { return 0 }
    func nanoseconds(_ time: timeval) -> Double {
      Double(time.tv_sec) * 1e9 + Double(time.tv_usec) * 1e3
    }
    return nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime)
  }

  private static var usage: rusage? {
    var usage = rusage()
    #if canImport(Glibc)
      let code = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #else
      let code = getrusage(RUSAGE_SELF, &usage)
    #endif
    return code == 0 ? usage : nil
  }
}
