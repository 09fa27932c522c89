import Downloads
import Foundation
import Models

/// A download of a weights file. What came before an interruption is kept, and the same download goes on from there.
public struct WeightFetch: Sendable {
  private let download: Download
  private let name: String

  /// How far a download is.
  public struct Progress: Sendable, Hashable {
    /// The file's name.
    public var file: String
    /// Bytes that are there.
    public var received: Int
    /// Bytes of the whole file, once that is known.
    public var total: Int?
    /// What it waits for, if not for bytes.
    public var waiting: String?
  }

  /// A download with these options, into the cache where they say nothing else.
  ///
  /// - Throws: `.usage` for a name that isn't known, an address or a checksum that is none, or a missing option.
  public init(_ options: FetchOptions, cache: CacheOptions) throws(InceptError) {
    let official = try options.name.map { (name) throws(InceptError) in try OfficialFile.find(name)
    }
    var output = options.output
    if output == nil, let official { output = try Self.place(official, cache) }
    guard let url = options.url ?? official?.source.url, let destination = output
    else {
      throw InceptError(
        .usage, subject: "fetch", expected: "expected a name, or an address and an output file",
        found: "neither", hint: "`incept fetch` lists the names")
    }
    var checksum = official?.source.checksum
    if let digits = options.sha256 {
      guard let own = Checksum(sha256: digits) else {
        throw InceptError(
          .usage, subject: "--sha256", expected: "expected 64 hexadecimal digits",
          found: "'\(digits)'")
      }
      checksum = own
    }
    guard checksum != nil || Self.isTrustworthy(url) else {
      throw InceptError(
        .usage, subject: url, expected: "expected --sha256 with an address that isn't https",
        found: "none", hint: "anybody on the way could change the file")
    }
    name = official?.architecture.identifier ?? ""
    download = Self.download(options, url, destination, checksum, official?.source.byteCount)
  }

  private static func download(
    _ options: FetchOptions, _ url: String, _ destination: String, _ checksum: Checksum?,
    _ byteCount: Int?
  ) -> Download {
    var download = Download(
      url: url, to: destination, checksum: checksum, byteCount: byteCount)
    download.replaces = options.replaces || options.url != nil
    download.userAgent = "incept/\(Incept.version)"
    download.authorities = options.authorities
    download.limits.stall = options.stall
    download.limits.pause = options.pause
    return download
  }

  /// Fetches the file on this thread.
  ///
  /// - Parameters:
  ///   - isStopped: Asked some ten times a second; true ends the download, and the report's state is `partial`.
  ///   - progress: Told about every piece.
  /// - Throws: `.noInput` where there is no such file, `.ioError` where the server or the network fail, `.badData` for
  ///   other bytes than published, `.cannotCreate` where the file can't be written.
  public func run(
    isStopped: @escaping () -> Bool = { false },
    progress: @escaping (Progress) -> Void = { _ in }
  ) throws(InceptError) -> FetchReport {
    let file = URL(fileURLWithPath: download.destination).lastPathComponent
    let outcome = try download.run(isStopped: isStopped) { step in
      progress(
        Progress(
          file: file, received: step.received, total: step.total, waiting: step.waiting))
    }
    var entry = FetchReport.File(
      name: name, file: file, url: download.url, path: download.destination, state: "partial",
      bytes: nil, checksum: download.checksum?.text, sha256: nil)
    switch outcome {
    case .fetched(let done):
      entry.state = "fetched"
      (entry.bytes, entry.sha256) = (done.byteCount, done.sha256)
    case .present(let done):
      entry.state = "present"
      (entry.bytes, entry.sha256) = (done.byteCount, done.sha256)
    case .stopped(let kept, _):
      entry.bytes = kept
      entry.path = kept > 0 ? "\(download.destination).part" : nil
    }
    return FetchReport(folder: nil, files: [entry])
  }

  /// Where the cache has the file's place, making its folder.
  private static func place(
    _ official: OfficialFile, _ cache: CacheOptions
  ) throws(InceptError) -> String {
    guard let cache = cache.cache else {
      throw InceptError(
        .usage, subject: "cache", expected: "expected a folder for it",
        found: "neither INCEPT_CACHE_DIR, XDG_CACHE_HOME nor HOME",
        hint: "--output FILE does without")
    }
    guard cache.makeFolder("weights") != nil else {
      throw InceptError(
        .cannotCreate, subject: cache.weights, expected: "expected a folder",
        found: "none, and none could be made",
        hint: "INCEPT_CACHE_DIR names another place for the cache; --output FILE does without")
    }
    return official.path(in: cache)
  }

  /// Whether nobody but the server can change what comes from an address.
  private static func isTrustworthy(_ url: String) -> Bool {
    guard url.lowercased().hasPrefix("http://") else { return true }
    guard let host = URLComponents(string: url)?.host?.lowercased() else { return false }
    return host == "localhost" || host == "[::1]" || host == "::1"
      || (host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." })
  }
}
