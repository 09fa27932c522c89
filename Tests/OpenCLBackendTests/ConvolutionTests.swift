import GraphIR
import OpenCLBackend
import OpenCLRuntime
import Operators
import Reference
import TensorCore
import TestSupport
import Testing

@Suite("Convolution kernels agree with the reference, whatever kind of device they are made for")
struct ConvolutionTests {
  static let samples = OperatorSamples.conv2D + OperatorSamples.dense

  @Test(arguments: DeviceDiscovery.discover().devices, [DeviceTraits.Style.registerTiles, .workItems])
  func everySample(device: DeviceInfo, style: DeviceTraits.Style) throws {
    for width in style == .registerTiles ? [4, 8, 16] : [1] {
      var traits = DeviceTraits(device)
      traits.style = style
      traits.vectorWidth = width
      let backend = try BackendDevice(device, traits: traits)
      for sample in Self.samples {
        let (graph, feeds) = try sample.graph()
        let plan = try PlanBuilder.plan(graph, for: traits)
        let results = try Executable(plan, on: backend).run(feeds)
        let reference = try ReferenceEvaluator.evaluate(graph, feeding: feeds)
        for (output, result) in zip(graph.outputs, results) {
          let wanted = try #require(reference[output.name])
          let mismatch = sample.tolerance.mismatch(result.floats(), reference: wanted.values)
          #expect(
            mismatch == nil,
            "\(sample.name) as \(plan.launches.map(\.variant)) on \(device.summary): \(mismatch ?? "")")
        }
      }
    }
  }
}
