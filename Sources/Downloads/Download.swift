import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that comes over HTTP, goes on after interruptions, and gets its name when all its bytes are known to be right.
///
/// What has come lies in `NAME.part`, beside the destination. A later download of the same file goes on from there, where
/// the server can do that. Two processes that want one file take turns, and the second finds it there.
package struct Download: Sendable {
  /// Where the file comes from: `https`, or `http` where that is wanted. Redirects never lead from `https` to `http`.
  package var url: String
  /// Where it goes.
  package var destination: String
  /// What its bytes must have, if that is known.
  package var checksum: Checksum?
  /// Its size, if that is known.
  package var byteCount: Int?
  /// Whether a file that is there already and can't be told to be right is fetched again.
  package var replaces = false
  /// What the server is told about who asks.
  package var userAgent = "incept"
  /// A file with certificates of authorities, in place of the system's.
  package var authorities: String?
  /// How patient it is.
  package var limits = Limits()

  /// A download of a file.
  package init(
    url: String, to destination: String, checksum: Checksum? = nil, byteCount: Int? = nil
  ) {
    self.url = url
    self.destination = destination
    self.checksum = checksum
    self.byteCount = byteCount
  }

  /// What bounds a download in time and size.
  package struct Limits: Sendable, Hashable {
    /// The largest file, in bytes.
    package var largest = 4 << 30
    /// Seconds in which ``leastBytes`` must come.
    package var stall = 30.0
    /// Fewer bytes than this in ``stall`` seconds count as none.
    package var leastBytes = 1024
    /// Attempts in a row that may fail after little has come.
    package var attempts = 6
    /// An attempt that brought this many new bytes does not count as failed.
    package var worthwhile = 1 << 20
    /// Seconds before the second attempt; twice that before the third, and so on.
    package var pause = 0.5
    /// The longest such pause.
    package var longestPause = 16.0

    /// Limits for files of some hundred megabytes over any network.
    package init() {}
  }

  /// How far it is.
  package struct Progress: Sendable, Hashable {
    /// Bytes that are there.
    package var received: Int
    /// Bytes of the whole file, once that is known.
    package var total: Int?
    /// What it waits for, if not for bytes.
    package var waiting: String?
  }

  /// What became of it.
  package enum Outcome: Sendable, Hashable {
    /// All bytes came.
    case fetched(File)
    /// The file was there already.
    case present(File)
    /// Stopped on demand; so many bytes are kept.
    case stopped(kept: Int, total: Int?)
  }

  /// A file that is there.
  package struct File: Sendable, Hashable {
    /// Its path.
    package let path: String
    /// Its size.
    package let byteCount: Int
    /// Its SHA-256.
    package let sha256: String
  }

  /// Fetches the file on this thread.
  ///
  /// - Parameters:
  ///   - isStopped: Asked some ten times a second; true ends the download, which keeps what has come.
  ///   - progress: Told about every piece.
  /// - Throws: `.usage` for an address that is none, `.noInput` where the server has no such file, `.ioError` where it or
  ///   the network fail, `.badData` for other bytes than expected, `.cannotCreate` where the file can't be written. What
  ///   has come is kept but for `.badData`.
  package func run(
    isStopped: @escaping () -> Bool = { false }, progress: @escaping (Progress) -> Void = { _ in }
  ) throws(InceptError) -> Outcome {
    try checkAddress()
    if let file = try existing(isStopped) { return .present(file) }
    if let why = HTTPRequest.unavailable {
      throw InceptError(
        .ioError, subject: url, expected: "expected libcurl", found: why,
        hint:
          "install it (Debian: apt-get install libcurl4), or fetch the file yourself and use --weights FILE"
      )
    }
    while true {
      if isStopped() { return .stopped(kept: 0, total: nil) }
      guard let part = try PartFile.lock(destination, for: checksum) else {
        progress(
          Progress(received: 0, total: nil, waiting: "waiting for another process that fetches it"))
        Self.sleep(Self.lockPause)
        continue
      }
      // Whoever had the lock before may have brought the file.
      if let file = try existing(isStopped) {
        part.discard()
        return .present(file)
      }
      return try Transfer(self, part, isStopped, progress).run()
    }
  }

  private static let lockPause = 0.1

  static func sleep(_ seconds: Double) { usleep(UInt32(max(0, min(seconds, 1)) * 1e6)) }

  private func checkAddress() throws(InceptError) {
    let address = url.lowercased()
    guard address.hasPrefix("https://") || address.hasPrefix("http://"),
      !url.unicodeScalars.contains(where: { $0.value <= 32 || $0.value == 127 })
    else {
      throw InceptError(
        .usage, subject: url, expected: "expected an address that begins with https:// or http://",
        found: "another")
    }
  }

  /// The file at the destination where it is right, or can't be told to be wrong and isn't to be replaced.
  private func existing(_ isStopped: () -> Bool) throws(InceptError) -> File? {
    var status = stat()
    guard stat(destination, &status) == 0 else { return nil }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw InceptError(
        .cannotCreate, subject: destination, expected: "expected a file, or none yet",
        found: status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "something else")
    }
    if checksum == nil, replaces { return nil }
    guard let (digest, count) = PartFile.digest(destination, for: checksum, isStopped: isStopped),
      byteCount ?? count == count
    else { return nil }
    if let checksum, digest.difference(from: checksum) != nil { return nil }
    return File(path: destination, byteCount: count, sha256: digest.sha256)
  }
}
