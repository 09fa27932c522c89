import Foundation
import TestSupport
import Testing

/// From the start of the process to the end of a graph that is ready to be lowered, and out again.
@Suite(
  "Loading Inception V3", .enabled(if: Fixtures.available, "needs ../shared/fixtures"))
struct LoadingTests {
  /// Processor time: one thread loads, and other tests don't hold it up.
  private static let mostSeconds = 0.4
  /// 23.9 million parameters.
  private static let weightBytes = 95_400_000
  private static let mostBytes = weightBytes * 22 / 10

  @Test(
    "is done in 0.4 s and in 2.2 times the weights",
    arguments: [
      "inception_v3_torchvision.pth", "inception_v3_torchvision.onnx",
      "inception_v3_keras_legacy_weights.h5",
    ])
  func loads(file: String) throws {
    try check(Fixtures.unpacked("models/\(file).xz").path)
  }

  @Test("from a converted file as well")
  func safetensors() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("inception.safetensors").path
    let source = try Fixtures.unpacked("models/inception_v3_torchvision.pth.xz").path
    #expect(try Incept(["convert", source, path]).status == 0)
    try check(path)
  }

  private func check(_ path: String) throws {
    let run = try MeasuredRun(["graph", path, "--stage", "optimised", "--summary"])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.seconds <= Self.mostSeconds, "\(path): \(run.seconds) s")
    let bytes = try #require(run.peakBytes)
    #expect(bytes <= Self.mostBytes, "\(path): \(bytes) bytes")
  }
}
