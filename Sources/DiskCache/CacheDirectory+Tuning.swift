import TensorCore

extension CacheDirectory {
  /// The part of the cache with tuning results.
  private var tuning: String { folder("tuning") }

  /// A file of the cache.
  package struct File: Sendable, Hashable {
    /// The file's name.
    package let name: String
    /// Size in bytes.
    package let byteCount: Int
    /// Seconds since the last use.
    package let age: Double
  }

  /// The tuning results that are kept: files `tuning/*.json`, by name.
  package func tuningFiles() -> [File] {
    let now = OwnFiles.now
    return OwnFiles.names(in: tuning).filter(Self.isTuning).sorted().compactMap { name in
      OwnFiles.status("\(tuning)/\(name)").map {
        File(name: name, byteCount: $0.byteCount, age: max(0, now - $0.lastUse))
      }
    }
  }

  /// Removes all tuning results.
  ///
  /// - Returns: Number and bytes of removed files.
  @discardableResult
  package func clearTuning() -> (count: Int, byteCount: Int) {
    var removed = (count: 0, byteCount: 0)
    for file in tuningFiles() where OwnFiles.remove("\(tuning)/\(file.name)") {
      removed.count += 1
      removed.byteCount += file.byteCount
    }
    return removed
  }

  private static func isTuning(_ name: String) -> Bool {
    name.hasSuffix(".json") && !name.hasPrefix(".")
  }
}
