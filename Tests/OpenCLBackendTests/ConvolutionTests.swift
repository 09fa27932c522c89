import Operators
import TestSupport
import Testing

@Suite(
  "Register tiles of every vector width",
  .enabled(if: !TestDevice.otherWidths.isEmpty, "no OpenCL device here"))
struct ConvolutionTests {
  @Test(
    "Tiles made for other vector widths than the device's give the reference's result",
    arguments: TestDevice.otherWidths)
  func agrees(device: TestDevice) throws {
    let samples = OperatorSamples.conv2D + OperatorSamples.dense + OperatorSamples.matMul
    for sample in device.samples(of: samples) where DeviceRunner.skip(sample, on: device) == nil {
      let mismatch = try DeviceRunner.mismatch(sample, on: device)
      #expect(mismatch == nil)
    }
  }
}
