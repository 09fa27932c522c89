import Foundation
import TensorCore
import Testing
import WireFormats

@Suite("Mapped files")
struct MappedFileTests {
  private func temporary() -> URL {
    FileManager.default.temporaryDirectory.appendingPathComponent("incept-\(UUID().uuidString)")
  }

  @Test("a file's bytes are its contents, and stay while a tensor views them")
  func contents() throws {
    let url = temporary()
    defer { try? FileManager.default.removeItem(at: url) }
    try Data([1, 2, 3, 4]).write(to: url)
    var file: MappedFile? = try MappedFile(path: url.path)
    #expect(file.map { Array($0.bytes) } == [1, 2, 3, 4])
    let storage = try #require(file?.tensorStorage)
    file = nil
    let tensor = HostTensor(elementType: .uint8, shape: [2], storage: storage, byteOffset: 2)
    #expect(tensor.floats() == [3, 4])
  }

  @Test("an empty file has no bytes and no format")
  func empty() throws {
    let url = temporary()
    defer { try? FileManager.default.removeItem(at: url) }
    try Data().write(to: url)
    let file = try MappedFile(path: url.path)
    #expect(file.bytes.isEmpty)
    #expect(WeightFileFormat.detect(file) == .unknown)
    #expect(throws: InceptError.self) { try TorchFile.read(file) }
    #expect(throws: InceptError.self) { try Safetensors.read(file) }
  }

  @Test("a missing file is no input")
  func missing() {
    let error = #expect(throws: InceptError.self) { try MappedFile(path: temporary().path) }
    #expect(error?.category == .noInput)
    let below = #expect(throws: InceptError.self) { try MappedFile(path: "/etc/passwd/x.pth") }
    #expect(below?.category == .noInput)
  }

  @Test("a directory, a device and a pipe nobody writes to are refused at once")
  func notRegular() throws {
    let pipe = temporary()
    defer { try? FileManager.default.removeItem(at: pipe) }
    try #require(mkfifo(pipe.path, 0o600) == 0)
    for (path, kind) in [("/tmp", "a directory"), ("/dev/null", "a device"), (pipe.path, "a pipe")]
    {
      let error = #expect(throws: InceptError.self) { try MappedFile(path: path) }
      #expect(error?.category == .ioError)
      #expect(error?.actual == kind)
    }
  }

  @Test(
    "an unreadable file is an input error", .enabled(if: geteuid() != 0, "root reads everything"))
  func unreadable() throws {
    let url = temporary()
    defer { try? FileManager.default.removeItem(at: url) }
    try Data([1]).write(to: url)
    try #require(chmod(url.path, 0) == 0)
    let error = #expect(throws: InceptError.self) { try MappedFile(path: url.path) }
    #expect(error?.category == .ioError)
  }
}
