import Downloads
import Foundation
import TensorCore
import TestSupport
import Testing

@Suite("Downloads", .serialized, .timeLimit(.minutes(1)))
struct DownloadTests {
  private let sample = Sample(300_000)

  @Test("bring a file whose checksum is right, and leave nothing else")
  func whole() throws {
    let server = try HTTPTestServer(HTTPTestServer.file(sample.bytes))
    for checksum in [
      Checksum.sha256(sample.sha256), .sha256Prefix(String(sample.sha256.prefix(8))),
      .md5(sample.md5), nil,
    ] {
      try withFolder { folder in
        let download = Download.impatient(server.url(), "\(folder)/file", checksum)
        let file = try #require(download.outcome()?.fetched)
        #expect(file.byteCount == 300_000 && file.sha256 == sample.sha256)
        #expect(contents("\(folder)/file") == sample.bytes)
        #expect(names(folder) == ["file"])
      }
    }
  }

  @Test("find a file that is there already without asking anybody")
  func present() throws {
    let server = try HTTPTestServer(HTTPTestServer.file(sample.bytes))
    try withFolder { folder in
      let checksum = Checksum.md5(sample.md5)
      try put(sample.bytes, "\(folder)/file")
      let download = Download.impatient(server.url(), "\(folder)/file", checksum)
      #expect(download.outcome()?.present?.sha256 == sample.sha256)
      #expect(server.requests.isEmpty)
      try put(Array(sample.bytes.reversed()), "\(folder)/file")
      #expect(download.outcome()?.fetched != nil)
      #expect(contents("\(folder)/file") == sample.bytes)
      var unknown = Download.impatient(server.url(), "\(folder)/file")
      #expect(unknown.outcome()?.present != nil)
      unknown.replaces = true
      #expect(unknown.outcome()?.fetched != nil)
    }
  }

  @Test("go on where the connection broke", arguments: [true, false])
  func truncated(isReset: Bool) throws {
    let sample = sample
    let server = try HTTPTestServer { request, connection in
      let isLast = request.number == 3
      HTTPTestServer.reply(
        request, connection, sample.bytes, limit: isLast ? .max : 70_000)
      if !isLast, isReset { connection.resetOnClose() }
    }
    try withFolder { folder in
      var download = Download.impatient(
        server.url(), "\(folder)/file", .sha256(sample.sha256))
      download.limits.worthwhile = 1000
      download.limits.attempts = 6
      #expect(download.outcome()?.fetched?.byteCount == 300_000)
      #expect(contents("\(folder)/file") == sample.bytes)
      #expect(server.requests.map { $0.start == nil } == [true, false, false, false])
      #expect(server.requests.dropFirst().allSatisfy { $0.headers["if-range"] == "\"1\"" })
    }
  }

  @Test("go on in another process, with or without a note of the version")
  func resumed() throws {
    let server = try HTTPTestServer(HTTPTestServer.file(sample.bytes))
    try withFolder { folder in
      try put(Array(sample.bytes[..<100_000]), "\(folder)/file.part")
      let download = Download.impatient(
        server.url(), "\(folder)/file", .sha256(sample.sha256))
      #expect(download.outcome()?.fetched != nil)
      #expect(server.requests.map(\.start) == [100_000])
      #expect(names(folder) == ["file"])
    }
    try withFolder { folder in
      // Without a checksum and a note nobody knows what the part is of.
      try put(Array(sample.bytes[..<100_000]), "\(folder)/file.part")
      #expect(Download.impatient(server.url(), "\(folder)/file").outcome()?.fetched != nil)
      #expect(server.requests.last?.start == nil)
      #expect(contents("\(folder)/file") == sample.bytes)
    }
  }

  @Test("start again where the part turns out to be of something else")
  func wrongPart() throws {
    let server = try HTTPTestServer(HTTPTestServer.file(sample.bytes))
    for part in [Array(sample.bytes[1..<100_000]), [UInt8](repeating: 0, count: 400_000)] {
      try withFolder { folder in
        try put(part, "\(folder)/file.part")
        let download = Download.impatient(
          server.url(), "\(folder)/file", .sha256(sample.sha256))
        #expect(download.outcome()?.fetched != nil)
        #expect(contents("\(folder)/file") == sample.bytes)
        #expect(names(folder) == ["file"])
      }
    }
  }

  @Test("start again where the server has another version meanwhile, or ignores ranges")
  func changed() throws {
    let (old, new) = (sample, Sample(250_000, seed: 2))
    let server = try HTTPTestServer { request, connection in
      if request.number == 0 {
        HTTPTestServer.reply(request, connection, old.bytes, limit: 90_000)
      } else {
        HTTPTestServer.reply(request, connection, new.bytes, tag: "\"2\"")
      }
    }
    try withFolder { folder in
      #expect(Download.impatient(server.url(), "\(folder)/file").outcome()?.fetched != nil)
      #expect(contents("\(folder)/file") == new.bytes)
    }
    let plain = try HTTPTestServer { request, connection in
      connection.head("200 OK", ["Content-Length: \(old.bytes.count)"])
      connection.send(request.number == 0 ? Array(old.bytes[..<90_000]) : old.bytes)
    }
    try withFolder { folder in
      #expect(Download.impatient(plain.url(), "\(folder)/file").outcome()?.fetched != nil)
      #expect(contents("\(folder)/file") == old.bytes)
    }
  }

  @Test("are whole already where the server says that nothing follows")
  func nothingFollows() throws {
    let server = try HTTPTestServer(HTTPTestServer.file(sample.bytes))
    try withFolder { folder in
      try put(sample.bytes, "\(folder)/file.part")
      let download = Download.impatient(
        server.url(), "\(folder)/file", .sha256(sample.sha256))
      #expect(download.outcome()?.fetched != nil)
      #expect(names(folder) == ["file"])
    }
  }

  @Test("wait for servers that are busy and follow redirects")
  func busy() throws {
    let sample = sample
    let server = try HTTPTestServer { request, connection in
      switch request.number {
      case 0:
        connection.head("503 Service Unavailable", ["Content-Length: 4", "Retry-After: 0"])
        connection.send("busy")
      case 1: connection.head("302 Found", ["Location: /other", "Content-Length: 0"])
      default: HTTPTestServer.reply(request, connection, sample.bytes)
      }
    }
    try withFolder { folder in
      #expect(Download.impatient(server.url(), "\(folder)/file").outcome()?.fetched != nil)
      #expect(server.requests.map(\.path) == ["/weights.pth", "/weights.pth", "/other"])
    }
  }

  @Test("take bodies without a length")
  func chunked() throws {
    let sample = sample
    let server = try HTTPTestServer { _, connection in
      connection.head("200 OK", ["Transfer-Encoding: chunked"])
      for start in stride(from: 0, to: sample.bytes.count, by: 65_536) {
        let piece = sample.bytes[start..<min(start + 65_536, sample.bytes.count)]
        connection.send("\(String(piece.count, radix: 16))\r\n")
        connection.send(Array(piece))
        connection.send("\r\n")
      }
      connection.send("0\r\n\r\n")
    }
    try withFolder { folder in
      #expect(Download.impatient(server.url(), "\(folder)/file").outcome()?.fetched != nil)
      #expect(contents("\(folder)/file") == sample.bytes)
    }
  }

  @Test("stop on demand, keep what came and go on later")
  func stopped() throws {
    let sample = sample
    let server = try HTTPTestServer { request, connection in
      HTTPTestServer.reply(
        request, connection, sample.bytes, limit: request.number == 0 ? 120_000 : .max)
      if request.number == 0 { connection.linger(5) }
    }
    try withFolder { folder in
      let download = Download(url: server.url(), to: "\(folder)/file")
      let start = ContinuousClock.now
      var received = 0
      let outcome = try download.run(isStopped: { received >= 120_000 }) { received = $0.received }
      #expect(outcome == .stopped(kept: 120_000, total: 300_000))
      #expect(ContinuousClock.now - start < .seconds(2))
      #expect(names(folder) == ["file.part", "file.part.json"])
      #expect(download.outcome()?.fetched != nil)
      #expect(server.requests.map(\.start) == [nil, 120_000])
      #expect(contents("\(folder)/file") == sample.bytes)
      #expect(names(folder) == ["file"])
    }
  }

  @Test("of the same file at once take turns")
  func together() async throws {
    let sample = sample
    let server = try HTTPTestServer { request, connection in
      usleep(200_000)
      HTTPTestServer.reply(request, connection, sample.bytes)
    }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-download-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let download = Download(
      url: server.url(), to: "\(folder)/file", checksum: .sha256(sample.sha256))
    let outcomes = try await withThrowingTaskGroup(of: Download.Outcome.self) { group in
      for _ in 0..<4 {
        group.addTask {
          try await withCheckedThrowingContinuation { continuation in
            Thread { continuation.resume(with: Result { try download.run() }) }.start()
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.filter { $0.fetched != nil }.count == 1)
    #expect(outcomes.filter { $0.present != nil }.count == 3)
    #expect(server.requests.count == 1)
    #expect(names(folder) == ["file"])
  }
}
