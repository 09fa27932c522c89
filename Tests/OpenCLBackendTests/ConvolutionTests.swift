import OpenCLBackend
import OpenCLRuntime
import TestSupport
import Testing

@Suite("Convolution kernels agree with the reference, whatever kind of device they are made for")
struct ConvolutionTests {
  static let samples = OperatorSamples.conv2D + OperatorSamples.dense

  @Test(
    "Every form of the kernels solves every sample that it must",
    arguments: DeviceDiscovery.discover().devices.flatMap { KernelForm.all(on: $0) })
  func everySample(form: KernelForm) throws {
    let backend = try BackendDevice(form.device, traits: form.traits)
    for sample in form.samples(of: Self.samples) {
      let result = try sample.run(on: backend)
      #expect(
        result.mismatch == nil,
        "\(sample.name) as \(result.variants) on \(form.device.summary): \(result.mismatch ?? "")")
    }
  }
}
