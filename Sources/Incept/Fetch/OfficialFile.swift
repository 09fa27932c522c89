import Foundation
import Models

/// An official weights file and the architecture it belongs to.
struct OfficialFile {
  let architecture: Architecture
  let source: WeightSource

  /// All of them, in the order of the architectures; the first of each is the one that its name means.
  static let all = ArchitectureCatalog.all.flatMap { architecture in
    architecture.officialWeights.map { OfficialFile(architecture: architecture, source: $0) }
  }

  /// The file that a user names: an architecture, or the file's own name.
  static func find(_ name: String) throws(InceptError) -> OfficialFile {
    if let file = all.first(where: { $0.source.file == name }) { return file }
    let forms = ArchitectureCatalog.forms(of: name)
    if let architecture = forms.first(where: { !$0.officialWeights.isEmpty }),
      let source = architecture.officialWeights.first
    {
      return OfficialFile(architecture: architecture, source: source)
    }
    if !forms.isEmpty {
      throw InceptError(
        .usage, subject: name, expected: "expected an architecture with official weights",
        found: "one whose weights come with Incept", hint: "`incept run \(name)` needs no others")
    }
    let names = all.map(\.architecture.identifier) + all.map(\.architecture.name)
    let close = CloseMatches.of(name, among: names)
    throw InceptError(
      .usage, subject: name, expected: "expected an architecture with official weights",
      found: "no such name",
      hint: close.isEmpty
        ? "`incept fetch` lists them" : "did you mean \(close.joined(separator: " or "))?")
  }

  /// Where the file is kept.
  func path(in cache: CacheDirectory) -> String { "\(cache.weights)/\(source.file)" }

  /// The first of the forms' official files that was fetched.
  static func fetched(_ forms: [Architecture], in cache: CacheDirectory) -> (
    architecture: Architecture, path: String
  )? {
    for architecture in forms {
      for source in architecture.officialWeights {
        let path = OfficialFile(architecture: architecture, source: source).path(in: cache)
        if FileManager.default.fileExists(atPath: path) { return (architecture, path) }
      }
    }
    return nil
  }
}
