import CCurl
import TensorCore

/// One request for what a part still lacks.
final class Attempt: HTTPRequest.Listener {
  /// How it ended.
  enum Result {
    /// All bytes are there.
    case whole
    /// Somebody wanted it to.
    case stopped
    /// Another attempt may succeed, after so many seconds at the earliest.
    case interrupted(String, after: Double?)
    /// No other attempt would.
    case failed(InceptError)
  }

  /// Size of the whole file, once it is known.
  private(set) var total: Int?

  private let download: Download
  private let part: PartFile
  private let isFirst: Bool
  private let isStopped: () -> Bool
  private let progress: (Download.Progress) -> Void
  private let start: Int
  private var head = HTTPHead()
  private var isAccepted = false
  private var result: Result?
  private var window: (start: ContinuousClock.Instant, bytes: Int)
  private var received = 0

  /// An attempt from the part's end on. `isFirst` where nothing is known about the server yet.
  init(
    _ download: Download, _ part: PartFile, isFirst: Bool, _ isStopped: @escaping () -> Bool,
    _ progress: @escaping (Download.Progress) -> Void
  ) {
    self.download = download
    self.part = part
    self.isFirst = isFirst
    self.isStopped = isStopped
    self.progress = progress
    start = part.count
    total = part.note?.total ?? download.byteCount
    window = (.now, 0)
  }

  func perform() -> Result {
    progress(Download.Progress(received: part.count, total: total))
    let request = HTTPRequest(
      url: download.url, userAgent: download.userAgent, start: start,
      validator: part.note?.validator, authorities: download.authorities,
      connectTimeout: download.limits.stall)
    let transfer = request.perform(self)
    if let result { return result }
    if isStopped() { return .stopped }
    return ended(transfer)
  }

  // MARK: What comes

  func header(_ line: UnsafeRawBufferPointer) -> Bool {
    head.add(line)
    guard head.byteCount <= HTTPHead.limit else {
      return end(.failed(error(.ioError, "expected a response", "headers without an end")))
    }
    return tick()
  }

  func body(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard accept() else { return false }
    received += bytes.count
    guard part.count + bytes.count <= total ?? download.limits.largest else {
      return end(.failed(error(.badData, "expected \(sizeText(total))", "more")))
    }
    do throws(InceptError) {
      try part.append(bytes)
    } catch {
      return end(.failed(error))
    }
    progress(Download.Progress(received: part.count, total: total))
    return tick()
  }

  func tick() -> Bool {
    if isStopped() { return end(.stopped) }
    let now = ContinuousClock.now
    guard now - window.start >= .seconds(download.limits.stall) else { return true }
    guard received - window.bytes >= download.limits.leastBytes else {
      let seconds = Int(download.limits.stall.rounded(.up))
      return end(.interrupted("next to nothing for \(seconds) s", after: nil))
    }
    window = (now, received)
    return true
  }

  private func end(_ result: Result) -> Bool {
    if self.result == nil { self.result = result }
    return false
  }

  // MARK: What the response is

  /// Decides from the head whether the body is what was asked for; false with ``result`` where it isn't.
  private func accept() -> Bool {
    if isAccepted { return true }
    if result != nil { return false }
    switch head.status {
    case 200 where head.hasBadLength, 206 where head.hasBadLength:
      return end(.failed(error(.ioError, "expected a length", head["content-length"] ?? "")))
    case 200: return take(from: 0, total: head.contentLength)
    case 206:
      guard let range = head.contentRange, let first = range.first, first == start, start > 0
      else {
        let found = head["content-range"].map { "'\($0.prefix(80))'" } ?? "no Content-Range"
        return end(
          .failed(error(.ioError, "expected \(wanted)", "HTTP 206 with \(found)")))
      }
      if let known = part.note?.total, let now = range.total, known != now {
        return startAgain("another version of the file")
      }
      return take(from: start, total: range.total)
    default: return end(refused())
    }
  }

  private var wanted: String { start > 0 ? "the bytes from \(start) on" : "the whole file" }

  private func take(from first: Int, total: Int?) -> Bool {
    if let expected = download.byteCount, let total, total != expected {
      return end(
        .failed(
          error(.badData, "expected a file of \(sizeText(expected))", sizeText(total))))
    }
    self.total = total ?? download.byteCount
    guard total ?? 0 <= download.limits.largest else {
      return end(
        .failed(
          error(
            .badData, "expected a file of at most \(sizeText(download.limits.largest))",
            sizeText(total))))
    }
    do throws(InceptError) {
      if first == 0, part.count > 0 { try part.empty() }
    } catch {
      return end(.failed(error))
    }
    if let total, let room = part.room, total - part.count > room {
      return end(
        .failed(
          InceptError(
            .cannotCreate, subject: part.destination,
            expected: "expected room for \(sizeText(total - part.count)) on the disk",
            found: sizeText(room))))
    }
    part.note = PartNote(url: download.url, validator: head.validator, total: total)
    isAccepted = true
    return true
  }

  /// Forgets what is there, since the rest belongs to something else.
  private func startAgain(_ why: String) -> Bool {
    do throws(InceptError) {
      try part.empty()
      return end(.interrupted(why, after: nil))
    } catch {
      return end(.failed(error))
    }
  }

  /// What a response that isn't the file means.
  private func refused() -> Result {
    let found = "HTTP \(head.status)"
    switch head.status {
    case 404, 410: return .failed(error(.noInput, "expected a file", found))
    case 408, 425, 429, 500, 502, 503, 504: return .interrupted(found, after: head.retryAfter)
    case 416 where start > 0:
      if head.contentRange?.total == part.count { return .whole }
      _ = startAgain("\(found) for \(wanted)")
      return result ?? .interrupted(found, after: nil)
    default: return .failed(error(.ioError, "expected \(wanted)", found))
    }
  }

  // MARK: How the connection ended

  private func ended(_ transfer: HTTPRequest.Result) -> Result {
    let why = transfer.message.isEmpty ? "no answer" : transfer.message
    switch transfer.outcome {
    case INCEPT_HTTP_DONE:
      guard accept() else { return result ?? .failed(error(.ioError, "expected a file", why)) }
      guard let total, part.count < total else { return .whole }
      return .interrupted("the first \(part.count) bytes only", after: nil)
    case INCEPT_HTTP_BROKEN: return .interrupted(why, after: nil)
    case INCEPT_HTTP_UNRESOLVED, INCEPT_HTTP_UNCONNECTED:
      guard isFirst else { return .interrupted(why, after: nil) }
      return .failed(
        error(
          .ioError, "expected a connection", why,
          hint: "is there a network? Proxies are taken from https_proxy and http_proxy"))
    case INCEPT_HTTP_UNTRUSTED:
      return .failed(
        error(
          .ioError, "expected a server with a certificate that is trusted", why,
          hint: "are the authorities' certificates installed (Debian: apt-get install "
            + "ca-certificates)? SSL_CERT_FILE names others"))
    case INCEPT_HTTP_BAD_ADDRESS where head.status / 100 == 3:
      return .failed(error(.ioError, "expected no redirect to another protocol", why))
    case INCEPT_HTTP_BAD_ADDRESS: return .failed(error(.usage, "expected an address", why))
    case INCEPT_HTTP_REDIRECTED:
      return .failed(error(.ioError, "expected a few redirects at most", why))
    case INCEPT_HTTP_GARBLED: return .failed(error(.ioError, "expected a response", why))
    default: return .failed(error(.ioError, "expected \(wanted)", why))
    }
  }

  private func error(
    _ category: InceptError.Category, _ expected: String, _ found: String, hint: String? = nil
  ) -> InceptError {
    InceptError(category, subject: download.url, expected: expected, found: found, hint: hint)
  }

  private func sizeText(_ count: Int?) -> String { "\(count ?? download.limits.largest) bytes" }
}
