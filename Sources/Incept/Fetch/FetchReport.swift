import Foundation
import Profiling

/// Official weights: which there are, or which one was fetched.
public struct FetchReport: Report {
  /// `incept.fetch/1`
  public private(set) var schema = "incept.fetch/1"
  /// Where fetched files are kept; nil without a cache.
  public var folder: String?
  /// The files.
  public var files: [File]

  /// A file.
  public struct File: Codable, Sendable, Hashable {
    /// The architecture it belongs to; empty for a file of the user's own.
    public var name: String
    /// Its name.
    public var file: String
    /// Where it comes from.
    public var url: String
    /// Where it is, or would be.
    public var path: String?
    /// `absent`, `present` where it was there already, `fetched` where it came just now, `partial` where a part of it
    /// came before it was stopped.
    public var state: String
    /// Bytes that are there.
    public var bytes: Int?
    /// What is published about it: `SHA-256 1378be20…`.
    public var checksum: String?
    /// SHA-256 of the file, where it was taken.
    public var sha256: String?
  }

  /// The official files, and which of them were fetched.
  public static func list(_ cache: CacheOptions) -> FetchReport {
    let files = OfficialFile.all.map { official in
      let path = cache.cache.map { official.path(in: $0) }
      let size = path.flatMap {
        (try? FileManager.default.attributesOfItem(atPath: $0))?[.size] as? Int
      }
      return File(
        name: official.architecture.identifier, file: official.source.file,
        url: official.source.url, path: path, state: size == nil ? "absent" : "present",
        bytes: size, checksum: official.source.checksum?.text, sha256: nil)
    }
    return FetchReport(folder: cache.cache?.weights, files: files)
  }

  /// The list for people, a line a file.
  public func text() -> String {
    var table = TextTable([
      ("NAME", .left), ("FILE", .left), ("CHECKSUM", .left), ("FETCHED", .right),
    ])
    for file in files {
      table.add([
        file.name, file.file, file.checksum ?? "none published",
        file.bytes.map { NumberText.bytes($0) } ?? "",
      ])
    }
    return table.text() + (folder.map { "fetched files are kept in \($0)\n" } ?? "")
  }

  /// What was fetched, for people.
  public func details() -> String {
    files.map { file in
      let size = file.bytes.map { NumberText.bytes($0) } ?? ""
      let state = file.state == "present" ? "is there already" : "fetched"
      var text = "\(file.file): \(state), \(size)"
      text += file.checksum.map { ", \($0) as expected\n" } ?? ", no checksum to compare with\n"
      if let sha256 = file.sha256, file.checksum?.hasSuffix(sha256) != true {
        text += "SHA-256 \(sha256)\n"
      }
      if let path = file.path { text += "\(path)\n" }
      return text
    }.joined()
  }
}
