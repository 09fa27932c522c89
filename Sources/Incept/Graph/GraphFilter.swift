/// Picks operators by name or kind.
///
/// A pattern is a part of a name, or with `*` (anything) and `?` (one character) a whole one. It fits an operator whose
/// name, kind, module or fused nodes it fits; a module is what comes before a `.` or `/` of a name. Upper and lower
/// case are the same.
public struct GraphFilter: Sendable, Hashable {
  /// The patterns; an operator that fits one of them is picked.
  public let patterns: [String]
  private let glyphs: [[UInt8]]

  /// Picks what fits one of the patterns.
  public init(_ patterns: [String]) {
    self.patterns = patterns
    glyphs = patterns.map { Array($0.lowercased().utf8) }
  }

  /// Whether an operator is picked, by its name, its kind and the names of the nodes fused into it.
  func picks(_ name: String, _ op: String, _ sources: [String]) -> Bool {
    glyphs.contains { pattern in
      Self.fits(pattern, Array(op.lowercased().utf8))
        || ([name] + sources).contains { Self.fitsName(pattern, Array($0.lowercased().utf8)) }
    }
  }

  /// What to say where nothing fits.
  func complaint(_ nodes: [GraphReport.Node]) -> InceptError {
    var names: [String] = []
    for node in nodes { names += Self.modules(node.name) + [node.name, node.op] }
    let close = patterns.flatMap { pattern in
      CloseMatches.of(pattern.filter { $0 != "*" && $0 != "?" }, among: names)
    }
    var seen: Set<String> = []
    let suggestions = close.filter { seen.insert($0).inserted }.prefix(5)
    return InceptError(
      .usage, subject: "filter '\(patterns.joined(separator: "', '"))'",
      expected: "expected part of an operator's name or kind",
      found: "none of \(nodes.count) operators that fits",
      hint: suggestions.isEmpty
        ? "`incept graph MODEL` lists them; * and ? stand for other characters"
        : "did you mean \(suggestions.joined(separator: ", "))?")
  }

  /// The modules that a name lies in, the outermost first.
  private static func modules(_ name: String) -> [String] {
    name.indices.filter { name[$0] == "." || name[$0] == "/" }.prefix(8).map { String(name[..<$0]) }
  }

  private static func fitsName(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
    if fits(pattern, name) { return true }
    // A module takes its members along; parts of names are found anyway.
    guard isGlob(pattern) else { return false }
    let (dot, slash) = (UInt8(ascii: "."), UInt8(ascii: "/"))
    return name.indices.contains { index in
      (name[index] == dot || name[index] == slash) && globs(pattern, name[..<index])
    }
  }

  private static func fits(_ pattern: [UInt8], _ text: [UInt8]) -> Bool {
    if isGlob(pattern) { return globs(pattern, text[...]) }
    guard !pattern.isEmpty else { return false }
    guard pattern.count <= text.count else { return false }
    return (0...(text.count - pattern.count)).contains {
      text[$0..<($0 + pattern.count)].elementsEqual(pattern)
    }
  }

  private static func isGlob(_ pattern: [UInt8]) -> Bool {
    pattern.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") }
  }

  /// Whether a pattern with `*` and `?` is all of a text: the last `*` is tried again at every place, so that time is
  /// at most the product of both lengths.
  private static func globs(_ pattern: [UInt8], _ text: ArraySlice<UInt8>) -> Bool {
    var (at, place) = (0, text.startIndex)
    var retry: (at: Int, place: Int)?
    while place < text.endIndex {
      if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
        retry = (at + 1, place)
        at += 1
      } else if at < pattern.count, pattern[at] == UInt8(ascii: "?") || pattern[at] == text[place] {
        at += 1
        // A character may have several bytes.
        place += pattern[at - 1] == UInt8(ascii: "?") ? length(text, place) : 1
      } else if let last = retry {
        retry = (last.at, last.place + 1)
        (at, place) = (last.at, last.place + 1)
      } else {
        return false
      }
    }
    return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
  }

  /// Bytes of the character that begins at `place`.
  private static func length(_ text: ArraySlice<UInt8>, _ place: Int) -> Int {
    var end = place + 1
    while end < text.endIndex, text[end] & 0xC0 == 0x80 { end += 1 }
    return end - place
  }
}

extension GraphReport {
  /// The report with the picked operators only; everything else stays.
  ///
  /// - Throws: `.usage` where none is picked, with names that were maybe meant.
  public func filtered(by filter: GraphFilter) throws(InceptError) -> GraphReport {
    var report = self
    report.nodes = nodes.filter { filter.picks($0.name, $0.op, $0.sources) }
    guard !report.nodes.isEmpty else { throw filter.complaint(nodes) }
    report.unfilteredCount = unfilteredCount ?? nodes.count
    report.filter = filter
    return report
  }
}
