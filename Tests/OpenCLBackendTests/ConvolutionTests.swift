import OpenCLBackend
import OpenCLRuntime
import TestSupport
import Testing

@Suite("Convolution kernels agree with the reference, whatever kind of device they are made for")
struct ConvolutionTests {
  /// A part of the samples that one form of the kernels must solve: parts run at the same time, and most of the
  /// time goes into compiling.
  struct Part: Sendable, CustomTestStringConvertible {
    let form: KernelForm
    let samples: ArraySlice<OperatorSample>

    var testDescription: String {
      "\(form) on \(form.device.summary), from \(samples.first?.name ?? "")"
    }

    static let all: [Part] = DeviceDiscovery.discover().devices.flatMap { device in
      KernelForm.all(on: device).flatMap { form -> [Part] in
        let samples = form.samples(of: OperatorSamples.conv2D + OperatorSamples.dense)
        guard form.isNative else { return [Part(form: form, samples: samples[...])] }
        let half = samples.count / 2
        return [
          Part(form: form, samples: samples[..<half]), Part(form: form, samples: samples[half...]),
        ]
      }
    }
  }

  @Test("Every form of the kernels solves every sample that it must", arguments: Part.all)
  func everySample(part: Part) throws {
    let backend = try BackendDevice(part.form.device, traits: part.form.traits)
    for sample in part.samples {
      let result = try sample.run(on: backend)
      #expect(
        result.mismatch == nil,
        "\(sample.name) as \(result.variants): \(result.mismatch ?? "")")
    }
  }
}
