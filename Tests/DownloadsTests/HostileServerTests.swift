import Downloads
import Foundation
import TensorCore
import TestSupport
import Testing

/// What servers get wrong, by accident or on purpose. Each ends in an error within seconds, and nothing has the final name.
@Suite("Downloads from bad servers", .serialized, .timeLimit(.minutes(1)))
struct HostileServerTests {
  private static let sample = Sample(100_000)

  /// A way to misbehave, and what must come of it.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let category: InceptError.Category
    /// A part of the message.
    let found: String
    /// What stays beside the destination.
    var kept: [String] = []
    let handler: HTTPTestServer.Handler
    var testDescription: String { name }
  }

  private static func bytes(_ count: Int) -> [UInt8] { Array(sample.bytes[..<count]) }
  private static let parts = ["file.part", "file.part.json"]

  static let cases: [Case] = [
    Case(name: "wrong bytes", category: .badData, found: "expected SHA-256 \(sample.sha256)") {
      _, connection in
      connection.head("200 OK", ["Content-Length: 5"])
      connection.send("other")
    },
    Case(name: "nothing at all", category: .badData, found: "e3b0c44298fc1c14") { _, connection in
      connection.head("200 OK", ["Content-Length: 0"])
    },
    Case(name: "less than it says", category: .ioError, found: "3 times in a row", kept: parts) {
      request, connection in
      connection.head("200 OK", ["Content-Length: 100000"])
      connection.send(bytes(40_000))
    },
    Case(name: "more than it says", category: .badData, found: "expected SHA-256") {
      _, connection in
      connection.head("200 OK", ["Content-Length: 1000"])
      connection.send(bytes(100_000))
    },
    Case(name: "more than any file", category: .badData, found: "expected a file of at most") {
      _, connection in
      connection.head("200 OK", ["Content-Length: 9000000000000000000"])
      connection.send(bytes(1000))
    },
    Case(name: "a length beyond numbers", category: .ioError, found: "expected") { _, connection in
      connection.head("200 OK", ["Content-Length: 99999999999999999999999999"])
      connection.send(bytes(1000))
    },
    Case(name: "silence", category: .ioError, found: "next to nothing for 1 s") { _, connection in
      connection.linger(10)
    },
    Case(name: "silence after the head", category: .ioError, found: "next to nothing") {
      _, connection in
      connection.head("200 OK", ["Content-Length: 100000"])
      connection.linger(10)
    },
    Case(name: "a stall in the middle", category: .ioError, found: "next to nothing", kept: parts) {
      request, connection in
      HTTPTestServer.reply(request, connection, sample.bytes, limit: 3000)
      connection.linger(10)
    },
    Case(name: "a slow drip", category: .ioError, found: "next to nothing", kept: parts) {
      request, connection in
      HTTPTestServer.reply(request, connection, sample.bytes, limit: 10)
      for _ in 0..<50 {
        usleep(100_000)
        if !connection.send("x") { return }
      }
    },
    Case(name: "a drip of header lines", category: .ioError, found: "next to nothing") {
      _, connection in
      connection.send("HTTP/1.1 200 OK\r\n")
      for number in 0..<50 {
        usleep(100_000)
        if !connection.send("X-\(number): y\r\n") { return }
      }
    },
    Case(name: "a closed connection", category: .ioError, found: "3 times in a row") { _, _ in },
    Case(name: "no HTTP", category: .ioError, found: "expected a response") { _, connection in
      connection.send("\u{1}\u{2}\u{3} what is this\r\n\r\n\r\n")
    },
    Case(name: "a status that is none", category: .ioError, found: "expected") { _, connection in
      connection.send("HTTP/1.1 abc OK\r\nContent-Length: 3\r\n\r\nabc")
    },
    Case(name: "headers without an end", category: .ioError, found: "headers without an end") {
      _, connection in
      connection.send("HTTP/1.1 200 OK\r\n")
      for number in 0..<10_000 where !connection.send("X-\(number): \(number)\r\n") { return }
    },
    Case(name: "an endless header line", category: .ioError, found: "expected") { _, connection in
      connection.send("HTTP/1.1 200 OK\r\nX: ")
      let line = [UInt8](repeating: 0x61, count: 10_000)
      for _ in 0..<100 where !connection.send(line) { return }
    },
    Case(name: "redirects without an end", category: .ioError, found: "redirects") {
      _, connection in
      connection.head("302 Found", ["Location: /again", "Content-Length: 0"])
    },
    Case(name: "a redirect to a file", category: .ioError, found: "another protocol") {
      _, connection in
      connection.head("302 Found", ["Location: file:///etc/passwd", "Content-Length: 0"])
    },
    Case(name: "a redirect to ftp", category: .ioError, found: "another protocol") {
      _, connection in
      connection.head("301 Moved", ["Location: ftp://127.0.0.1/x", "Content-Length: 0"])
    },
    Case(name: "a redirect to nowhere", category: .ioError, found: "HTTP 302") { _, connection in
      connection.head("302 Found", ["Content-Length: 0"])
    },
    Case(name: "404", category: .noInput, found: "HTTP 404") { _, connection in
      connection.head("404 Not Found", ["Content-Length: 9"])
      connection.send("not found")
    },
    Case(name: "403", category: .ioError, found: "HTTP 403") { _, connection in
      connection.head("403 Forbidden", ["Content-Length: 0"])
    },
    Case(name: "500", category: .ioError, found: "HTTP 500, 3 times in a row") { _, connection in
      connection.head("500 Internal Server Error", ["Content-Length: 0"])
    },
    Case(name: "204", category: .ioError, found: "HTTP 204") { _, connection in
      connection.head("204 No Content")
    },
    Case(name: "206 without a range", category: .ioError, found: "HTTP 206") { _, connection in
      connection.head("206 Partial Content", ["Content-Length: 4", "Content-Range: bytes 0-3/4"])
      connection.send("abcd")
    },
    Case(
      name: "206 with another range", category: .ioError, found: "'bytes 0-99999/100000'",
      kept: parts
    ) { request, connection in
      if request.number == 0 {
        HTTPTestServer.reply(request, connection, sample.bytes, limit: 50_000)
      } else {
        connection.head(
          "206 Partial Content",
          ["Content-Length: 100000", "Content-Range: bytes 0-99999/100000"])
        connection.send(sample.bytes)
      }
    },
    Case(
      name: "206 without Content-Range", category: .ioError, found: "no Content-Range",
      kept: parts
    ) { request, connection in
      if request.number == 0 {
        HTTPTestServer.reply(request, connection, sample.bytes, limit: 50_000)
      } else {
        connection.head("206 Partial Content", ["Content-Length: 50000"])
        connection.send(Array(sample.bytes[50_000...]))
      }
    },
    Case(name: "416 again and again", category: .ioError, found: "3 times in a row", kept: parts) {
      request, connection in
      if request.start == nil {
        HTTPTestServer.reply(request, connection, sample.bytes, limit: 50_000)
      } else {
        connection.head("416 Range Not Satisfiable", ["Content-Length: 0"])
      }
    },
    Case(name: "a body compressed unasked", category: .badData, found: "expected SHA-256") {
      _, connection in
      connection.head("200 OK", ["Content-Encoding: gzip", "Content-Length: 4"])
      connection.send([0x1f, 0x8b, 8, 0])
    },
  ]

  @Test("end in an error that says what was wrong", arguments: cases)
  func refused(_ problem: Case) throws {
    let server = try HTTPTestServer(problem.handler)
    try withFolder { folder in
      let start = ContinuousClock.now
      let error = try #require(
        Download.impatient(server.url(), "\(folder)/file", .sha256(Self.sample.sha256)).failure())
      #expect(error.category == problem.category, "\(error)")
      #expect(error.description.contains(problem.found), "\(error)")
      #expect(error.subject == server.url())
      #expect(names(folder) == problem.kept)
      #expect((error.hint?.contains("goes on from there") == true) == !problem.kept.isEmpty)
      #expect(ContinuousClock.now - start < .seconds(8))
    }
  }

  @Test("of another size than known are refused before a byte comes", arguments: [99_999, 100_001])
  func size(expected: Int) throws {
    let server = try HTTPTestServer(HTTPTestServer.file(Self.sample.bytes))
    try withFolder { folder in
      let download = Download.impatient(server.url(), "\(folder)/file", byteCount: expected)
      let error = try #require(download.failure())
      #expect(error.description.contains("\(expected) bytes, found 100000 bytes"))
      #expect(names(folder) == [])
    }
  }

  @Test("leave what is there alone")
  func existing() throws {
    let server = try HTTPTestServer { _, connection in
      connection.head("200 OK", ["Content-Length: 5"])
      connection.send("other")
    }
    try withFolder { folder in
      try put(Array("mine".utf8), "\(folder)/file")
      let download = Download.impatient(
        server.url(), "\(folder)/file", .sha256(Self.sample.sha256))
      #expect(download.failure()?.category == .badData)
      #expect(contents("\(folder)/file") == Array("mine".utf8))
      #expect(names(folder) == ["file"])
    }
  }

  @Test("that aren't there, or addresses that are none, are told at once")
  func unreachable() throws {
    let port = try HTTPTestServer { _, _ in }.port
    try withFolder { folder in
      for (url, category) in [
        ("http://127.0.0.1:\(port)/x", InceptError.Category.ioError),
        ("http://no-such-host.invalid/x", .ioError), ("ftp://127.0.0.1/x", .usage),
        ("file:///etc/passwd", .usage), ("weights.pth", .usage), ("http://", .usage),
        ("http://127.0.0.1:99999/x", .usage), ("http://127.0.0.1/a b", .usage),
        ("http://127.0.0.1/a\r\nX: y", .usage),
      ] {
        let error = try #require(Download.impatient(url, "\(folder)/file").failure(), "\(url)")
        #expect(error.category == category, "\(error)")
        #expect(names(folder) == [])
      }
    }
  }

  @Test("don't matter where the file can't be written")
  func unwritable() throws {
    let server = try HTTPTestServer(HTTPTestServer.file(Self.sample.bytes))
    try withFolder { folder in
      for path in ["\(folder)/none/file", folder, "/dev/null"] {
        let error = try #require(Download.impatient(server.url(), path).failure(), "\(path)")
        #expect(error.category == .cannotCreate, "\(error)")
      }
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/file.part", withDestinationPath: "\(folder)/elsewhere")
      #expect(
        Download.impatient(server.url(), "\(folder)/file").failure()?.category == .cannotCreate)
      #expect(!names(folder).contains("elsewhere"))
    }
  }
}
