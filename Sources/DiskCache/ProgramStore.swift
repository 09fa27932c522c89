import TensorCore

/// Built programs on disk, bounded in size: those not used for longest go first.
///
/// Several processes and threads may use one folder at once: entries appear and go as a whole. An entry that is
/// damaged, cut short, not the user's own or not what its name says counts as absent, and the next ``save(_:)`` puts
/// a good one in its place. A folder that can't be written is no error; nothing is kept then.
package struct ProgramStore: Sendable, Hashable {
  /// The folder.
  package let folder: String
  /// The most bytes that ``prune()`` leaves.
  package let limit: Int

  /// Size bound where none is chosen, in bytes: some hundred networks.
  package static let defaultLimit = 256 << 20

  private static let suffix = ".program"
  private static let temporarySuffix = ".tmp"
  /// A temporary file that old belongs to a process that is gone.
  private static let abandonedAfter = 3600.0

  /// The programs of a cache.
  package init(_ cache: CacheDirectory, limit: Int = defaultLimit) {
    self.init(folder: cache.folder("programs"), limit: limit)
  }

  /// The programs in `folder`.
  package init(folder: String, limit: Int = defaultLimit) {
    self.folder = folder
    self.limit = max(0, limit)
  }

  /// Whether programs can be kept: the folder is there, or could be made, and may be written.
  package var isWritable: Bool { OwnFiles.makeFolder(folder) && OwnFiles.isWritable(folder) }

  /// What is known of a program.
  package enum Lookup: Sendable, Hashable {
    /// It is there.
    case found(ProgramEntry)
    /// Nothing has its name.
    case absent
    /// Something has its name that isn't it.
    case damaged
  }

  /// A file of the cache.
  package struct Item: Sendable, Hashable {
    /// The entry; nil for a damaged one.
    package let entry: ProgramEntry?
    /// Path of the file.
    package let path: String
    /// Size in bytes.
    package let byteCount: Int
    /// Seconds since the last use.
    package let age: Double
  }

  /// Looks a program up, which counts as a use.
  package func lookup(_ key: ProgramKey) -> Lookup {
    switch OwnFiles.read(path(key), limit: ProgramEntry.limit) {
    case .absent: return .absent
    case .unusable: return .damaged
    case .bytes(let bytes):
      guard let entry = ProgramEntry(decoding: bytes), entry.key == key else { return .damaged }
      return .found(entry)
    }
  }

  /// Keeps a program; false where that can't be done.
  @discardableResult
  package func save(_ entry: ProgramEntry) -> Bool {
    guard let bytes = entry.encoded(), bytes.count <= limit, OwnFiles.makeFolder(folder) else {
      return false
    }
    let random = String(UInt64.random(in: .min ... .max), radix: 36)
    let temporary = "\(folder)/\(entry.key.digest).\(random)\(Self.temporarySuffix)"
    return OwnFiles.write(bytes, to: path(entry.key), temporary: temporary)
  }

  /// Every file of the cache, the most recently used first. Reads them all, which counts as no use.
  package func items() -> [Item] {
    let now = OwnFiles.now
    return files().compactMap { file in
      var entry: ProgramEntry?
      switch OwnFiles.read(file.path, limit: ProgramEntry.limit, isUse: false) {
      case .absent: return nil  // removed since the folder was read
      case .unusable: break
      case .bytes(let bytes):
        entry = ProgramEntry(decoding: bytes).flatMap { path($0.key) == file.path ? $0 : nil }
      }
      return Item(
        entry: entry, path: file.path, byteCount: file.status.byteCount,
        age: max(0, now - file.status.lastUse))
    }
  }

  /// Number and bytes of files, without reading them.
  package func size() -> (count: Int, byteCount: Int) {
    let files = files()
    return (files.count, files.reduce(0) { $0 + $1.status.byteCount })
  }

  /// Removes what was not used for longest until `limit` bytes, or the store's own limit, are left, and what
  /// writers that are gone left behind.
  ///
  /// - Returns: Number and bytes of removed entries.
  @discardableResult
  package func prune(to limit: Int? = nil) -> (count: Int, byteCount: Int) {
    removeAbandoned(after: Self.abandonedAfter)
    let limit = max(0, limit ?? self.limit)
    var left = 0
    var removed = (count: 0, byteCount: 0)
    for file in files() {
      if left + file.status.byteCount <= limit {
        left += file.status.byteCount
      } else if OwnFiles.remove(file.path) {
        removed.count += 1
        removed.byteCount += file.status.byteCount
      }
    }
    return removed
  }

  /// Removes everything. Files that are not the cache's stay.
  ///
  /// - Returns: Number and bytes of removed entries.
  @discardableResult
  package func clear() -> (count: Int, byteCount: Int) {
    removeAbandoned(after: 0)
    var removed = (count: 0, byteCount: 0)
    for file in files() where OwnFiles.remove(file.path) {
      removed.count += 1
      removed.byteCount += file.status.byteCount
    }
    return removed
  }

  // MARK: Files

  private func path(_ key: ProgramKey) -> String { "\(folder)/\(key.digest)\(Self.suffix)" }

  private func files() -> [(path: String, status: OwnFiles.Status)] {
    OwnFiles.names(in: folder).filter(Self.isEntry).compactMap { name in
      let path = "\(folder)/\(name)"
      return OwnFiles.status(path).map { (path, $0) }
    }.sorted { ($1.status.lastUse, $0.path) < ($0.status.lastUse, $1.path) }
  }

  private func removeAbandoned(after seconds: Double) {
    let now = OwnFiles.now
    for name in OwnFiles.names(in: folder) where name.hasSuffix(Self.temporarySuffix) {
      let path = "\(folder)/\(name)"
      guard Self.isDigest(name.prefix(64)), let status = OwnFiles.status(path) else { continue }
      if now - status.lastUse >= seconds { OwnFiles.remove(path) }
    }
  }

  private static func isEntry(_ name: String) -> Bool {
    name.hasSuffix(suffix) && isDigest(name.dropLast(suffix.count))
  }

  private static func isDigest(_ text: Substring) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}
