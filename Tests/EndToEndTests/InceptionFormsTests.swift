import OpenCLBackend
import OpenCLRuntime
import TensorCore
import TestSupport
import Testing

@Suite(
  "Inception V3 in other forms",
  .enabled(if: Fixtures.available, "needs ../shared/fixtures or $INCEPT_FIXTURES"), .serialized)
struct InceptionFormsTests {
  /// Bounds on the error of the logits, relative to their largest magnitude. Rounding weights and what is stored to
  /// float16, and nothing else, gives 1.9e-2 on this picture (PyTorch, float32 arithmetic): float16 may have twice that.
  private static let bounds: [Precision: Double] = [.fp32: Bound.results(.high), .fp16: 4e-2]

  @Test("float16 keeps the top five, in the form of the kernels that the device prefers")
  func half() throws {
    try check(InceptionFixture.device(), .fp16)
  }

  @Test("the kernels for work-item groups compute the same", arguments: Precision.allCases)
  func workItems(precision: Precision) throws {
    let info = try DeviceSelection.select(nil, environment: [:])
    var traits = DeviceTraits(info)
    traits.style = .workItems
    try check(BackendDevice(info, traits: traits), precision)
  }

  private func check(_ device: BackendDevice, _ precision: Precision) throws {
    let fixture = try InceptionFixture.torchvision()
    let executable = try InceptionFixture.executable(
      fixture.graph, precision: precision, on: device)
    let reference = try #require(fixture.references["chelsea.png"])
    let input = [fixture.architecture.input.name: try fixture.input("chelsea.png")]
    let values = try executable.run(input)[0].floats()
    let error = InceptionFixture.error(values, reference)
    #expect(error <= Self.bounds[precision] ?? 0, "\(error)")
    #expect(InceptionFixture.topFive(values) == reference.top5.map { Int($0[0]) })
  }
}
