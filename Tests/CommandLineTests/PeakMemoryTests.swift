import TestSupport
import Testing

/// What a whole run of a large network needs.
@Suite("Memory of the command")
struct PeakMemoryTests {
  /// Packed weights, arena and the driver take about 330 MB with PoCL; a second copy of the weights would be 95 MB.
  private static let mostBytes = 400_000_000

  @Test(
    "Classifying with Inception V3 keeps one copy of the weights",
    .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
  func inception() throws {
    let arguments = ["run", "inception_v3:torchvision", "--weights", "synthetic"]
    let picture = try #require(Incept.samples.first)
    // The first run may build kernels, with a compiler's memory.
    #expect(try Incept(arguments + [picture, "--preprocess", "none"]).status == 0)
    let file = Fixtures.package.appendingPathComponent(picture).path
    let run = try MeasuredRun(arguments + [file, "--preprocess", "none"])
    #expect(run.status == 0, "\(run.error)")
    if let bytes = run.peakBytes { #expect(bytes < Self.mostBytes) }
  }
}
