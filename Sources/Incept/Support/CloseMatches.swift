/// Names that a misspelt one may have been meant for.
enum CloseMatches {
  /// Up to `limit` of `names`, the most likely first: those that contain `text` or are contained in it, and those
  /// within a few edits.
  static func of(_ text: String, among names: [String], limit: Int = 5) -> [String] {
    let wanted = Array(text.lowercased().utf8.prefix(100))
    guard !wanted.isEmpty else { return [] }
    let allowed = max(2, wanted.count / 3)
    var seen: Set<String> = []
    let scored = names.enumerated().compactMap { position, name -> (Int, Int, String)? in
      let candidate = Array(name.lowercased().utf8.prefix(100))
      guard seen.insert(name).inserted, !candidate.isEmpty else { return nil }
      let edits = distance(wanted, candidate)
      if contains(candidate, wanted) || contains(wanted, candidate) {
        return (min(edits, allowed), position, name)
      }
      return edits <= allowed ? (edits, position, name) : nil
    }
    return scored.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(limit).map(\.2)
  }

  private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    guard part.count >= 3, part.count <= text.count else { return false }
    return (0...(text.count - part.count)).contains { text[$0..<($0 + part.count)] == part[...] }
  }

  /// Insertions, deletions and replacements between two texts (Levenshtein 1966).
  private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
    var row = Array(0...second.count)
    for (i, a) in first.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in second.enumerated() {
        let replaced = diagonal + (a == b ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[second.count]
  }
}
