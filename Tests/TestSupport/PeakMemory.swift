import Foundation

/// The most memory that this process has had. It says something about one reader only while nothing else runs,
/// which `make test` sees to for the tests of file formats.
public enum PeakMemory {
  /// Whether this process runs tests of file formats only.
  public static let isMeaningful = ProcessInfo.processInfo.environment["INCEPT_ISOLATED"] == "1"

  /// Resident bytes at their peak.
  public static var bytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}
