import TensorCore

extension CacheDirectory {
  /// The folder of fetched weights.
  package var weights: String { folder("weights") }

  /// Files of fetched weights, and of those that are not complete yet (`.part`), by name.
  package func weightFiles() -> [File] {
    let now = OwnFiles.now
    return OwnFiles.names(in: weights).filter(Self.isWeights).sorted().compactMap { name in
      OwnFiles.status("\(weights)/\(name)").map {
        File(name: name, byteCount: $0.byteCount, age: max(0, now - $0.lastUse))
      }
    }
  }

  /// Removes all fetched weights, complete or not.
  ///
  /// - Returns: Number and bytes of removed files.
  @discardableResult
  package func clearWeights() -> (count: Int, byteCount: Int) {
    var removed = (count: 0, byteCount: 0)
    for file in weightFiles() where OwnFiles.remove("\(weights)/\(file.name)") {
      removed.count += 1
      removed.byteCount += file.byteCount
      OwnFiles.remove("\(weights)/\(file.name).json")
    }
    return removed
  }

  private static func isWeights(_ name: String) -> Bool {
    !name.hasPrefix(".") && [".pth", ".h5", ".part"].contains { name.hasSuffix($0) }
  }
}
