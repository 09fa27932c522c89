import DiskCache
import Foundation

/// Where built programs are kept between runs, and how many.
public struct CacheOptions: Sendable, Hashable {
  /// The folder; nil keeps nothing.
  public var folder: String?
  /// The most bytes of programs that are kept; those not used for longest go first.
  public var limit: Int
  /// Path of the `incept` command. With it programs compile on all cores even where a driver uses one core of a
  /// process (PoCL), in further processes of that command. They may work on for some seconds at the lowest priority
  /// when this process ends, for the next start. Nil for none.
  public var helper: String?

  /// 256 MiB: some hundred networks.
  public static let defaultLimit = ProgramStore.defaultLimit

  /// Creates options.
  public init(folder: String?, limit: Int = defaultLimit, helper: String? = nil) {
    self.folder = folder
    self.limit = max(0, limit)
    self.helper = helper
  }

  /// The folder that the environment wants: `INCEPT_CACHE_DIR`, else `incept` in `XDG_CACHE_HOME`, else
  /// `~/.cache/incept`, bounded by `INCEPT_CACHE_LIMIT` (`500M`, see ``byteCount(_:)``).
  public static func standard(
    environment: [String: String] = ProcessInfo.processInfo.environment, helper: String? = nil
  ) -> CacheOptions {
    CacheOptions(
      folder: CacheDirectory.find { environment[$0] }?.path,
      limit: environment["INCEPT_CACHE_LIMIT"].flatMap(byteCount) ?? defaultLimit, helper: helper)
  }

  /// A number of bytes as people write it: `100000`, `64K`, `500M`, `2G` (powers of 1024); nil for anything else.
  public static func byteCount(_ text: String) -> Int? {
    let units: [Character: Int] = ["k": 1 << 10, "m": 1 << 20, "g": 1 << 30]
    var digits = Substring(text)
    var unit = 1
    if let last = digits.last, let factor = units[Character(last.lowercased())] {
      unit = factor
      digits = digits.dropLast()
    }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let number = Int(digits)
    else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
    return overflow ? nil : bytes
  }

  var cache: CacheDirectory? { folder.map { CacheDirectory(path: $0) } }

  var store: ProgramStore? { cache.map { ProgramStore($0, limit: limit) } }
}
