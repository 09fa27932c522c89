import Foundation

/// The most memory that this process has had. It says something about one reader only while nothing else runs,
/// which `make test` sees to for the tests of file formats.
public enum PeakMemory {
  /// Whether this process runs tests of file formats only.
  public static let isMeaningful = ProcessInfo.processInfo.environment["INCEPT_ISOLATED"] == "1"

  /// How much more memory than before the process has had during a call; nil where the system doesn't tell.
  public static func growth(during body: () -> Void) -> Int? {
    guard let file = fopen("/proc/self/clear_refs", "w") else {
      body()
      return nil
    }
    // 5 sets the peak back to what there is now. (Linux, proc(5))
    fputs("5", file)
    let isReset = fclose(file) == 0
    let before = status("VmRSS:")
    body()
    guard isReset, let before, let peak = status("VmHWM:") else { return nil }
    return peak - before
  }

  private static func status(_ key: String) -> Int? {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first
      .flatMap { Int($0) }.map { $0 * 1024 }
  }

  /// Resident bytes at their peak.
  public static var bytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}
