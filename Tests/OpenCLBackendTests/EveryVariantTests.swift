import KernelSources
import OpenCLBackend
import TestSupport
import Testing

private let devices = TestDevice.all.filter { $0.style == .workItems }

@Suite(
  "Every variant for work-item groups", .enabled(if: !devices.isEmpty, "no OpenCL device here"))
struct EveryVariantTests {
  @Test(
    "Each variant that accepts a convolution gives the reference's result",
    arguments: devices, OperatorSamples.forEachVariant)
  func agrees(device: TestDevice, sample: OperatorSample) throws {
    for (name, options) in try DeviceRunner.variants(of: sample, on: device) {
      let mismatch = try DeviceRunner.mismatch(sample, by: options, on: device)
      #expect(mismatch == nil, "\(name)")
    }
  }

  @Test(
    "In float16 as well, as near as its digits allow", arguments: devices,
    OperatorSamples.forEachVariant)
  func half(device: TestDevice, sample: OperatorSample) throws {
    for (name, options) in try DeviceRunner.variants(of: sample, on: device, precision: .fp16) {
      let mismatch = try DeviceRunner.mismatch(sample, by: options, on: device)
      #expect(mismatch == nil, "\(name)")
    }
  }

  @Test("Every operator stores float16", arguments: TestDevice.all)
  func operators(device: TestDevice) throws {
    let options = PlanOptions(precision: .fp16)
    for (index, sample) in OperatorSamples.all.filter({ $0.isRepresentative && $0.isFloat })
      .enumerated()
    where index % (device.isNative ? 7 : 3) == 0 {
      let mismatch = try DeviceRunner.mismatch(sample, by: options, on: device)
      #expect(mismatch == nil, "\(sample.name)")
    }
  }

  @Test("Only the kernels that say so know float32 alone")
  func floatOnly() {
    // Measurements are no part of plans.
    let files = KernelSources.names.filter { $0 != "peaks.cl" }.filter { name in
      let text = KernelSources.source(name) ?? ""
      let floats = ["__global float *restrict", "__global const float *restrict"]
      return floats.contains { text.contains($0) } || text.contains("(\n    __global float *")
    }
    #expect(Set(files) == KernelSpecialization.floatOnlyFiles)
  }
}
