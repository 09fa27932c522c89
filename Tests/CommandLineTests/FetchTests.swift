import Foundation
import TestSupport
import Testing

@Suite("fetch", .serialized, .timeLimit(.minutes(3)))
struct FetchTests {
  private static let proxies = [
    "http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY",
  ]

  /// A run with a cache of its own and no proxy between it and the test's server.
  private func incept(_ arguments: [String], _ folder: String) throws -> Incept {
    try Incept(arguments, environment: Self.environment(folder))
  }

  private static func environment(_ folder: String) -> [String: String] {
    proxies.reduce(into: ["INCEPT_CACHE_DIR": "\(folder)/cache"]) { $0[$1] = "" }
  }

  private func fetched(_ folder: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/cache/weights")
    return (names ?? []).sorted()
  }

  @Test("without a name lists the official files, and which of them are there")
  func list() throws {
    try withScratch { folder in
      let list = try incept(["fetch"], folder)
      #expect(list.status == 0 && list.error == "")
      for text in [
        "googlenet-1378be20.pth", "SHA-256 0676ba61…", "MD5 9a0d58056eeedaa3f26cb7ebd46da564",
        "none published", "\(folder)/cache/weights",
      ] {
        #expect(list.output.contains(text), "\(text)")
      }
      let json = try incept(["fetch", "--format", "json"], folder)
      #expect(json.output.hasPrefix("{\n  \"schema\": \"incept.fetch/1\","))
      #expect(try json.keys() == ["schema", "folder", "files"])
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/cache"))
    }
  }

  @Test(
    "puts weights where run finds them",
    .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
  func intoCache() throws {
    try withScratch { folder in
      let name = "mobilenet_v1:0.25"
      let none = try incept(["bench", name, "--runs", "1"], folder)
      #expect(none.status == 64)
      #expect(none.error.contains("hint: `incept fetch \(name)` gets official ones"))
      let file = "\(folder)/w.safetensors"
      #expect(try incept(["convert", name, "--weights", "synthetic", file], folder).status == 0)
      let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: file)))
      let server = try HTTPTestServer(HTTPTestServer.file(bytes))
      let fetch = try incept(
        ["fetch", name, "--url", server.url(), "--format", "json"], folder)
      #expect(fetch.status == 0 && fetch.error == "", "\(fetch.error)")
      #expect(
        try fetch.keys("files", "[]") == [
          "name", "file", "url", "path", "state", "bytes", "sha256",
        ])
      #expect(fetched(folder) == ["mobilenet_2_5_224_tf.h5"])
      let bench = try incept(["bench", name, "--runs", "1", "--format", "json"], folder)
      #expect(bench.status == 0, "\(bench.error)")
      #expect(bench.output.contains("cache/weights/mobilenet_2_5_224_tf.h5\""))
      #expect(try incept(["fetch"], folder).output.contains("MiB"))
      #expect(try incept(["fetch", name], folder).output.contains("is there already"))
      #expect(server.requests.count == 1)
    }
  }

  @Test("says in its exit code what was wrong")
  func errors() throws {
    let server = try HTTPTestServer { request, connection in
      switch request.path {
      case "/missing": connection.head("404 Not Found", ["Content-Length: 0"])
      default: HTTPTestServer.reply(request, connection, Array("other".utf8))
      }
    }
    let hash = String(repeating: "ab", count: 32)
    try withScratch { folder in
      let cases: [(arguments: [String], status: Int32, error: String)] = [
        (["fetch", "vgg16"], 64, "`incept fetch` lists them"),
        (["fetch", "googlnet"], 64, "did you mean googlenet?"),
        (["fetch", "digits_cnn"], 64, "come with Incept"),
        (["fetch", "--url", server.url()], 64, "needs --output"),
        (["fetch", "--sha256", hash], 64, "Expected a NAME"),
        (["fetch", "googlenet", "--sha256", "abc"], 64, "64 hexadecimal digits"),
        (["fetch", "googlenet", "--stall", "0"], 64, "--stall"),
        (["fetch", "mobilenet_v1", "--url", "http://example.invalid/x"], 64, "--sha256"),
        (["fetch", "googlenet", "--url", "ftp://127.0.0.1/x"], 64, "https://"),
        (["fetch", "googlenet", "--url", server.url()], 65, "expected SHA-256 1378be20…, found"),
        (["fetch", "--url", server.url(), "--sha256", hash, "-o", "\(folder)/x"], 65, hash),
        (["fetch", "googlenet", "--url", server.url("missing")], 66, "HTTP 404"),
        (["fetch", "--url", server.url(), "-o", "\(folder)/no/x"], 73, "No such file"),
        (["fetch", "--url", server.url(), "-o", folder], 73, "a folder"),
        (["fetch", "--url", "http://127.0.0.1:1/x", "-o", "\(folder)/x"], 74, "a connection"),
      ]
      for (arguments, status, error) in cases {
        let run = try incept(arguments, folder)
        #expect(run.status == status && run.output == "", "\(arguments): \(run.error)")
        #expect(run.error.hasPrefix("incept: error: "), "\(arguments): \(run.error)")
        #expect(run.error.contains(error), "\(arguments): \(run.error)")
      }
      #expect(fetched(folder).isEmpty)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["cache"])
      let own = try incept(["fetch", "--url", server.url(), "-o", "\(folder)/x"], folder)
      #expect(own.status == 0 && own.output.contains("no checksum to compare with"))
      #expect(try String(contentsOfFile: "\(folder)/x", encoding: .utf8) == "other")
    }
  }

  /// Runs the command through the shell; its exit code and standard error.
  private func shell(
    _ script: String, _ folder: String, during: (Process) throws -> Void = { _ in }
  ) throws -> (status: Int32, error: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.environment = ProcessInfo.processInfo.environment
      .merging(Self.environment(folder)) { $1 }
    let error = Pipe()
    process.standardError = error
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    try during(process)
    let text = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  @Test("ends at Ctrl-C with 130, keeps what came and goes on from there")
  func interrupted() throws {
    let bytes = [UInt8](repeating: 7, count: 500_000)
    let server = try HTTPTestServer { request, connection in
      HTTPTestServer.reply(
        request, connection, bytes, limit: request.number == 0 ? 200_000 : .max)
      if request.number == 0 { connection.linger(20) }
    }
    try withScratch { folder in
      let file = "\(folder)/file"
      let command = "exec '\(Incept.executable.path)' fetch --url \(server.url()) -o '\(file)'"
      let stopped = try shell(command, folder) { process in
        for _ in 0..<200 {
          usleep(50_000)
          let size = try? FileManager.default.attributesOfItem(atPath: "\(file).part")[.size]
          if size as? Int == 200_000 { break }
        }
        kill(process.processIdentifier, SIGINT)
      }
      #expect(stopped.status == 130, "\(stopped.error)")
      #expect(stopped.error.contains("stopped: 0.2 MiB are kept in \(file).part"))
      #expect(!FileManager.default.fileExists(atPath: file))
      #expect(try shell(command, folder).status == 0)
      #expect(server.requests.map(\.start) == [nil, 200_000])
      #expect(try Array(Data(contentsOf: URL(fileURLWithPath: file))) == bytes)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
    }
  }

  @Test("keeps what came when the disk is full")
  func fullDisk() throws {
    let bytes = [UInt8](repeating: 7, count: 500_000)
    let server = try HTTPTestServer(HTTPTestServer.file(bytes))
    try withScratch { folder in
      let file = "\(folder)/file"
      let command = "'\(Incept.executable.path)' fetch --url \(server.url()) -o '\(file)'"
      let full = try shell("ulimit -f 200; \(command)", folder)
      #expect(full.status == 73)
      #expect(full.error.contains("File too large"), "\(full.error)")
      #expect(full.error.contains("are kept in \(file).part"), "\(full.error)")
      #expect(!FileManager.default.fileExists(atPath: file))
      #expect(try shell(command, folder).status == 0)
      #expect(try Data(contentsOf: URL(fileURLWithPath: file)).count == 500_000)
    }
  }
}
