import Foundation
import TensorCore
import Testing

@Suite("reading pipes")
struct FileAccessTests {
  /// A named pipe that goes when the body ends.
  private func withPipe(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-pipe-\(UUID().uuidString)").path
    try #require(mkfifo(path, 0o600) == 0)
    defer { unlink(path) }
    try body(path)
  }

  /// Starts a shell line, in which `$0` is the pipe.
  private func shell(_ line: String, _ path: String) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", line, path]
    try process.run()
    return process
  }

  @Test("a pipe that nobody writes to is refused")
  func noWriter() throws {
    try withPipe { path in
      let error = #expect(throws: InceptError.self) { try FileAccess.read(path: path, limit: 10) }
      #expect(error?.category == .ioError)
    }
  }

  @Test(
    "a pipe is read to its end, however slow or late its writer",
    arguments: [
      "printf abcdef > $0", "{ sleep 0.3; printf abcdef; } > $0",
      "sleep 0.3; printf abcdef > $0", "{ printf abc; sleep 0.3; printf def; } > $0",
    ])
  func slowWriter(_ line: String) throws {
    try withPipe { path in
      let writer = try shell(line, path)
      let storage = try FileAccess.read(path: path, limit: 100)
      writer.waitUntilExit()
      let bytes = UnsafeRawBufferPointer(start: storage.baseAddress, count: storage.byteCount)
      #expect(bytes.elementsEqual(Array("abcdef".utf8)))
      withExtendedLifetime(storage) {}
    }
  }

  @Test("a pipe, and a device without an end, are read up to the limit")
  func limit() throws {
    try withPipe { path in
      let writer = try shell("printf 0123456789 > $0", path)
      let error = #expect(throws: InceptError.self) { try FileAccess.read(path: path, limit: 9) }
      #expect(error?.category == .badData)
      writer.waitUntilExit()
    }
    let error = #expect(throws: InceptError.self) {
      try FileAccess.read(path: "/dev/zero", limit: 1 << 20)
    }
    #expect(error?.category == .badData)
  }
}
