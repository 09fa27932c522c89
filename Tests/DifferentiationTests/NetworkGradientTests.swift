import Differentiation
import GraphIR
import OpenCLBackend
import Operators
import Passes
import Reference
import TensorCore
import TestSupport
import Testing

@Suite("Gradients of networks")
struct NetworkGradientTests {
  @Test("The gradient of a whole network is that of differences", arguments: TrainedNetwork.all)
  func differences(network: TrainedNetwork) throws {
    #expect(try network.problem().mismatch(probes: 40) == nil)
  }

  @Test("Parameters cut out of one vector get one concatenation")
  func oneVector() throws {
    let problem = try TrainedNetwork.cnn.problem()
    let graph = try problem.withGradients()
    let vector = try #require(graph.outputs.first { $0.name == "parameters" }?.value)
    let concat = graph.producer(of: vector)
    #expect(concat.op is Concat)
    #expect(concat.inputs.count == 10)
    #expect(!graph.nodeIDs.contains { graph[$0].op is Pad })
  }
}

@Suite(
  "Gradients of networks on devices", .enabled(if: !TestDevice.all.isEmpty, "no OpenCL device here")
)
struct DeviceGradientTests {
  @Test(
    "A training step gives the reference's gradients, before and after the passes",
    arguments: TestDevice.all, TrainedNetwork.all)
  func agrees(device: TestDevice, network: TrainedNetwork) throws {
    let problem = try network.problem()
    let graph = try problem.withGradients()
    let mismatch = try DeviceRunner.mismatch(graph, problem.feeds, .scaled(10), on: device)
    #expect(mismatch == nil, "\(network)")
    let optimised = try PassPipeline().run(graph).graph
    let after = try DeviceRunner.mismatch(optimised, problem.feeds, .scaled(10), on: device)
    #expect(after == nil, "\(network) optimised")
  }
}
