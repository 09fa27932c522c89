import TensorCore

/// The attempts of a ``Download``, one after the other, each going on where the one before ended.
final class Transfer {
  private let download: Download
  private let part: PartFile
  private let isStopped: () -> Bool
  private let progress: (Download.Progress) -> Void
  private var limits: Download.Limits { download.limits }
  /// The farthest that any attempt came.
  private var farthest = 0
  /// Attempts in a row that brought little.
  private var failures = 0
  /// Whether bytes of an earlier process are among those that are there.
  private var isContinued = false

  init(
    _ download: Download, _ part: PartFile, _ isStopped: @escaping () -> Bool,
    _ progress: @escaping (Download.Progress) -> Void
  ) {
    self.download = download
    self.part = part
    self.isStopped = isStopped
    self.progress = progress
  }

  func run() throws(InceptError) -> Download.Outcome {
    // What holds nothing is not worth keeping.
    defer { if part.count == 0 { part.discard() } }
    guard try takeUp() else { return stopped(total: nil) }
    if part.count > 0, part.count == download.byteCount ?? part.note?.total,
      let file = try finished()
    {
      return .fetched(file)
    }
    var isFirst = true
    while true {
      let attempt = Attempt(download, part, isFirst: isFirst, isStopped, progress)
      isFirst = false
      switch attempt.perform() {
      case .stopped: return stopped(total: attempt.total)
      case .whole: if let file = try finished() { return .fetched(file) }
      case .failed(let error): throw withRemedy(error)
      case .interrupted(let why, let pause):
        try count(failure: why)
        guard wait(pause, why, total: attempt.total) else { return stopped(total: attempt.total) }
      }
    }
  }

  /// Takes the bytes of an earlier process up where the rest can be told to belong to them. False where it was
  /// stopped.
  private func takeUp() throws(InceptError) -> Bool {
    guard try part.readBack(isStopped: isStopped) else { return false }
    let isOfThisAddress = part.note?.url == download.url
    let isKnown = isOfThisAddress && part.note?.validator != nil
    if part.count > download.byteCount ?? limits.largest || !(isKnown || download.checksum != nil) {
      try part.empty()
    } else if !isOfThisAddress {
      part.note = nil
    }
    isContinued = part.count > 0
    farthest = part.count
    return true
  }

  /// Checks the whole file and gives it its name; nil where it has to be fetched from its beginning.
  private func finished() throws(InceptError) -> Download.File? {
    let size = download.byteCount ?? part.count
    let difference = download.checksum.flatMap { part.digest.difference(from: $0) }
    guard size == part.count, difference == nil else {
      if isContinued {
        // The bytes of the earlier process may be those that are wrong.
        isContinued = false
        farthest = 0
        try part.empty()
        return nil
      }
      let found = difference.map { "\($0)" } ?? "\(part.count) bytes"
      let expected =
        difference == nil ? "\(size) bytes" : download.checksum?.text ?? "another checksum"
      part.discard()
      throw InceptError(
        .badData, subject: download.url, expected: "expected \(expected)", found: found,
        hint: "what came was removed; somebody between here and there may have changed it")
    }
    let file = Download.File(
      path: part.destination, byteCount: part.count, sha256: part.digest.sha256)
    try part.commit()
    return file
  }

  private func stopped(total: Int?) -> Download.Outcome {
    .stopped(kept: part.count, total: total ?? part.note?.total)
  }

  // MARK: Failures

  private func count(failure why: String) throws(InceptError) {
    if part.count - farthest >= limits.worthwhile { failures = 0 }
    farthest = max(farthest, part.count)
    failures += 1
    guard failures >= limits.attempts else { return }
    let times = failures == 1 ? "" : ", \(failures) times in a row"
    throw withRemedy(
      InceptError(
        .ioError, subject: download.url, expected: "expected the whole file", found: why + times))
  }

  /// Waits before the next attempt; false where it was stopped.
  private func wait(_ seconds: Double?, _ why: String, total: Int?) -> Bool {
    let growing = limits.pause * Double(1 << min(failures - 1, 16))
    var left = min(max(seconds ?? 0, growing), limits.longestPause)
    while left > 0 {
      if isStopped() { return false }
      let text = "\(why); trying again in \(Int(left.rounded(.up))) s"
      progress(Download.Progress(received: part.count, total: total, waiting: text))
      Download.sleep(min(left, 0.05))
      left -= 0.05
    }
    return !isStopped()
  }

  private func withRemedy(_ error: InceptError) -> InceptError {
    guard error.hint == nil, part.count > 0 else { return error }
    var error = error
    error.hint = "\(part.count) bytes are kept in \(part.path); the same command goes on from there"
    return error
  }
}
