import TensorCore

extension CacheDirectory {
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
  package func tuningFiles() -> [File] { files(in: folder("tuning"), endingIn: [".json"]) }

  /// Removes all tuning results.
  ///
  /// - Returns: Number and bytes of removed files.
  @discardableResult
  package func clearTuning() -> (count: Int, byteCount: Int) {
    remove(tuningFiles(), from: folder("tuning"))
  }

  /// The measured peaks of devices that are kept: files `peaks/*.json`, by name.
  package func peakFiles() -> [File] { files(in: folder("peaks"), endingIn: [".json"]) }

  /// Removes all measured peaks.
  ///
  /// - Returns: Number and bytes of removed files.
  @discardableResult
  package func clearPeaks() -> (count: Int, byteCount: Int) {
    remove(peakFiles(), from: folder("peaks"))
  }

  /// The folder of fetched weights.
  package var weights: String { folder("weights") }

  /// Files of fetched weights, and of those that are not complete yet (`.part`), by name.
  package func weightFiles() -> [File] { files(in: weights, endingIn: [".pth", ".h5", ".part"]) }

  /// Removes all fetched weights, complete or not.
  ///
  /// - Returns: Number and bytes of removed files.
  @discardableResult
  package func clearWeights() -> (count: Int, byteCount: Int) {
    let files = weightFiles()
    for file in files { OwnFiles.remove("\(weights)/\(file.name).json") }
    return remove(files, from: weights)
  }

  private func files(in folder: String, endingIn suffixes: [String]) -> [File] {
    let now = OwnFiles.now
    let names = OwnFiles.names(in: folder).filter { name in
      !name.hasPrefix(".") && suffixes.contains { name.hasSuffix($0) }
    }
    return names.sorted().compactMap { name in
      OwnFiles.status("\(folder)/\(name)").map {
        File(name: name, byteCount: $0.byteCount, age: max(0, now - $0.lastUse))
      }
    }
  }

  private func remove(_ files: [File], from folder: String) -> (count: Int, byteCount: Int) {
    var removed = (count: 0, byteCount: 0)
    for file in files where OwnFiles.remove("\(folder)/\(file.name)") {
      removed.count += 1
      removed.byteCount += file.byteCount
    }
    return removed
  }
}
