import Foundation

/// An HTTP server on the loopback interface that says whatever a test wants, right or wrong. It answers one request per
/// connection, each on a thread of its own, and ends when it is released.
public final class HTTPTestServer: Sendable {
  /// What a client asked.
  public struct Request: Sendable {
    /// How many requests there were before.
    public let number: Int
    /// `/weights.pth`
    public let path: String
    /// Values by names in lower case.
    public let headers: [String: String]

    /// The first byte of `Range: bytes=N-`; nil for the whole.
    public var start: Int? {
      headers["range"].flatMap { range in
        guard range.hasPrefix("bytes="), range.hasSuffix("-") else { return nil }
        return Int(range.dropFirst(6).dropLast())
      }
    }
  }

  /// The way back to a client. False where it has gone.
  public struct Connection: Sendable {
    fileprivate let descriptor: Int32

    /// Sends bytes as they are.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
      var rest = bytes[...]
      while !rest.isEmpty {
        let sent = rest.withUnsafeBytes {
          Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if sent <= 0 { return false }
        rest = rest.dropFirst(sent)
      }
      return true
    }

    /// Sends text as it is.
    @discardableResult
    public func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends a head: a status line, fields, and the empty line.
    @discardableResult
    public func head(_ status: String, _ fields: [String] = []) -> Bool {
      send(
        "HTTP/1.1 \(status)\r\n"
          + (fields + ["Connection: close", "", ""]).joined(separator: "\r\n"))
    }

    /// Waits until the client goes, but no longer than `seconds`.
    public func linger(_ seconds: Double) {
      var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      _ = poll(&wanted, 1, Int32(seconds * 1000))
    }

    /// Makes the connection end with a reset instead of properly.
    public func resetOnClose() {
      var option = LingerOption(l_onoff: 1, l_linger: 0)
      setsockopt(
        descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<LingerOption>.size))
    }
  }

  /// Decides what a request gets.
  public typealias Handler = @Sendable (Request, Connection) -> Void

  /// Where it listens.
  public let port: Int
  private let listener: Int32
  private let count = Counter()

  /// Requests so far.
  public var requests: [Request] { count.requests }

  /// `http://127.0.0.1:PORT/PATH`
  public func url(_ path: String = "weights.pth") -> String { "http://127.0.0.1:\(port)/\(path)" }

  /// Starts a server.
  public init(_ handler: @escaping Handler) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 16) == 0
          && getsockname(listener, $0, &length) == 0
      }
    }
    guard isBound else {
      throw FixtureError(message: "no server: \(String(cString: strerror(errno)))")
    }
    self.listener = listener
    port = Int(UInt16(bigEndian: address.sin_port))
    let count = count
    let thread = Thread {
      while true {
        let descriptor = accept(listener, nil, nil)
        if descriptor < 0 { return }
        let worker = Thread {
          defer { close(descriptor) }
          guard let request = Self.read(descriptor, count) else { return }
          handler(request, Connection(descriptor: descriptor))
          shutdown(descriptor, Int32(SHUT_WR))
        }
        worker.start()
      }
    }
    thread.start()
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// Serves `bytes` as a good server does: ranges, and `If-Range` with an entity tag.
  public static func file(_ bytes: [UInt8], tag: String = "\"1\"") -> Handler {
    { request, connection in reply(request, connection, bytes, tag: tag) }
  }

  /// Answers one request as a good server does.
  public static func reply(
    _ request: Request, _ connection: Connection, _ bytes: [UInt8], tag: String = "\"1\"",
    limit: Int = .max
  ) {
    let isSame = request.headers["if-range"].map { $0 == tag } ?? true
    guard let start = request.start, isSame else {
      connection.head("200 OK", ["ETag: \(tag)", "Content-Length: \(bytes.count)"])
      connection.send(Array(bytes.prefix(limit)))
      return
    }
    guard start < bytes.count else {
      connection.head("416 Range Not Satisfiable", ["Content-Range: bytes */\(bytes.count)"])
      return
    }
    connection.head(
      "206 Partial Content",
      [
        "ETag: \(tag)", "Content-Length: \(bytes.count - start)",
        "Content-Range: bytes \(start)-\(bytes.count - 1)/\(bytes.count)",
      ])
    connection.send(Array(bytes[start...].prefix(limit)))
  }

  private static func read(_ descriptor: Int32, _ count: Counter) -> Request? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      let got = recv(descriptor, &chunk, chunk.count, 0)
      if got <= 0 || bytes.count > 1 << 16 { return nil }
      bytes += chunk[..<got]
    }
    let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    let path = lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? ""
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = line[line.index(after: colon)...]
        .trimmingCharacters(in: .whitespaces)
    }
    return count.add(path, headers)
  }

  /// What was asked so far.
  private final class Counter: @unchecked Sendable {
    // SAFETY: every access is under the lock.
    private let lock = NSLock()
    private var all: [Request] = []

    var requests: [Request] { lock.withLock { all } }

    func add(_ path: String, _ headers: [String: String]) -> Request {
      lock.withLock {
        let request = Request(number: all.count, path: path, headers: headers)
        all.append(request)
        return request
      }
    }
  }
}

/// `struct linger`, by a name that no function hides.
private typealias LingerOption = linger
