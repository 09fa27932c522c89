import DiskCache
import Foundation
import Profiling

/// What the cache holds, or what was removed from it.
public struct CacheReport: Report {
  /// `incept.cache/1`
  public private(set) var schema = "incept.cache/1"
  /// What was done: `ls`, `prune` or `clear`.
  public var action: String
  /// The cache's folder.
  public var folder: String
  /// The most bytes of programs that are kept.
  public var limit: Int
  /// Files that are there now, or were before everything was removed.
  public var entries: [Entry]
  /// Files that were removed.
  public var removed: Total
  /// Programs, tuning results and measured peaks that are left.
  public var left: Total
  /// Fetched weights that are left, which the limit does not regard.
  public var weights: Total

  enum CodingKeys: String, CodingKey {
    case schema, action, folder
    case limit = "limit_bytes"
    case entries, removed, left, weights
  }

  /// A file of the cache.
  public struct Entry: Codable, Sendable, Hashable {
    /// `program`, `note` (the driver's own cache has the program), `tuning`, `peaks` (of a device), `weights` (fetched ones), or `damaged` for what can't be used and is made again when it is needed.
    public var kind: String
    /// The kernel and its compile-time values, or the file's name.
    public var name: String
    /// The device it was built for; empty where that isn't known.
    public var device: String
    /// The driver's version.
    public var driver: String
    /// The version of Incept.
    public var engine: String
    /// Size in bytes.
    public var bytes: Int
    /// Seconds since it was last used.
    public var age: Double
    /// The file's name.
    public var file: String

    enum CodingKeys: String, CodingKey {
      case kind, name, device, driver, engine, bytes
      case age = "age_s"
      case file
    }
  }

  /// A number of files and their size.
  public struct Total: Codable, Sendable, Hashable {
    /// Number of files.
    public var count: Int
    /// Their size.
    public var bytes: Int

    init(count: Int, bytes: Int) {
      self.count = count
      self.bytes = bytes
    }

    init(_ entries: [Entry]) {
      self.init(count: entries.count, bytes: entries.reduce(0) { $0 + $1.bytes })
    }
  }

  /// Lists the cache; one that isn't there is empty.
  public static func list(_ options: CacheOptions) throws(InceptError) -> CacheReport {
    try CacheReport("ls", options)
  }

  /// Removes programs that were not used for longest until the cache is no larger than its bound.
  public static func prune(_ options: CacheOptions) throws(InceptError) -> CacheReport {
    let removed = options.store?.prune() ?? (count: 0, byteCount: 0)
    var report = try CacheReport("prune", options)
    report.removed = Total(count: removed.count, bytes: removed.byteCount)
    return report
  }

  /// Removes all programs, tuning results and measured peaks, and fetched weights if asked to. Files that are none of these stay.
  public static func clear(
    _ options: CacheOptions, weights: Bool = false
  ) throws(InceptError) -> CacheReport {
    let programs = options.store?.clear() ?? (0, 0)
    let tuning = options.cache?.clearTuning() ?? (0, 0)
    let peaks = options.cache?.clearPeaks() ?? (0, 0)
    let fetched = weights ? options.cache?.clearWeights() ?? (0, 0) : (0, 0)
    var report = try CacheReport("clear", options)
    report.removed = Total(
      count: programs.0 + tuning.0 + peaks.0 + fetched.0,
      bytes: programs.1 + tuning.1 + peaks.1 + fetched.1)
    return report
  }

  private init(_ action: String, _ options: CacheOptions) throws(InceptError) {
    guard let cache = options.cache, let store = options.store else {
      throw InceptError(
        .usage, subject: "cache", expected: "expected a folder for it",
        found: "neither INCEPT_CACHE_DIR, XDG_CACHE_HOME nor HOME")
    }
    self.action = action
    folder = cache.path
    limit = options.limit
    let made =
      store.items().map(Entry.init) + cache.tuningFiles().map { Entry($0, "tuning") }
      + cache.peakFiles().map { Entry($0, "peaks") }
    let fetched = cache.weightFiles().map { Entry($0, "weights") }
    entries = made + fetched
    removed = Total(count: 0, bytes: 0)
    left = Total(made)
    weights = Total(fetched)
  }
}

extension CacheReport.Entry {
  init(_ item: ProgramStore.Item) {
    let key = item.entry?.key
    file = "programs/" + URL(fileURLWithPath: item.path).lastPathComponent
    kind = item.entry.map { $0.program.isEmpty ? "note" : "program" } ?? "damaged"
    name = item.entry?.name ?? file
    device = key?.device ?? ""
    driver = key?.driver ?? ""
    engine = key?.engine ?? ""
    bytes = item.byteCount
    age = item.age
  }

  init(_ file: CacheDirectory.File, _ kind: String) {
    self.file = "\(kind)/\(file.name)"
    self.kind = kind
    name = file.name
    device = ""
    driver = ""
    engine = ""
    bytes = file.byteCount
    age = file.age
  }
}

extension CacheReport {
  /// The report for people.
  public func text() -> String {
    var text = ""
    if action == "ls", !entries.isEmpty {
      var table = TextTable([
        ("size", .right), ("unused for", .right), ("device", .left), ("what", .left),
      ])
      for entry in entries {
        let name = entry.kind == "program" ? entry.name : "\(entry.kind) \(entry.name)"
        table.add([
          NumberText.bytes(entry.bytes), Self.duration(entry.age), Self.short(entry.device, 32),
          Self.short(name, 64),
        ])
      }
      text += table.text()
    }
    if action != "ls" {
      text += "removed \(removed.count) files, \(NumberText.bytes(removed.bytes))\n"
    }
    text +=
      "\(left.count) files, \(NumberText.bytes(left.bytes)) of at most "
      + "\(NumberText.bytes(limit)), in \(folder)\n"
    if weights.count > 0 {
      text += "\(weights.count) fetched weights, \(NumberText.bytes(weights.bytes))\n"
    }
    return text
  }

  /// `14 s`, `3 min`, `5 h`, `12 d`
  private static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<120: "\(Int(seconds)) s"
    case ..<7200: "\(Int(seconds / 60)) min"
    case ..<172_800: "\(Int(seconds / 3600)) h"
    default: "\(Int(min(seconds / 86_400, 99_999))) d"
    }
  }

  private static func short(_ text: String, _ length: Int) -> String {
    text.count <= length ? text : String(text.prefix(length - 1)) + "…"
  }
}
