import GraphIR
import Models
import OpenCLBackend
import Passes
import TensorCore
import Testing

/// What the plans of the built-in networks must not have.
@Suite("Plans of the built-in networks")
struct NetworkPlanTests {
  private static let styles: [DeviceTraits.Style] = [.registerTiles, .workItems]
  /// Zeros around an image with negative values count in a maximum, which a pool's own padding doesn't.
  private static let copies = ["resnet50_v2": ["pool1_pad"]]

  private func plan(_ architecture: Architecture, _ style: DeviceTraits.Style) throws -> Plan {
    let parameters = SyntheticWeights().parameters(for: architecture)
    let built = try architecture.build(parameters, 1)
    let graph = try PassPipeline().run(built).graph
    let traits = DeviceTraits(
      style: style, vectorWidth: 16, computeUnits: 2, localMemoryBytes: 1 << 15,
      maxWorkGroupSize: 256, maxAllocationBytes: 1 << 30, globalMemoryBytes: 1 << 32)
    return try PlanBuilder.plan(graph, for: traits)
  }

  @Test(
    "No launch only moves elements", arguments: ArchitectureCatalog.all.map(\.identifier), styles)
  func withoutCopies(identifier: String, style: DeviceTraits.Style) throws {
    let plan = try plan(try ArchitectureCatalog.find(identifier), style)
    #expect(plan.launches.filter(\.isCopy).map(\.label) == Self.copies[identifier, default: []])
    #expect(!plan.launches.isEmpty)
  }

  @Test("Concats and reshapes of Inception V3 have no launch at all", arguments: styles)
  func withoutConcats(style: DeviceTraits.Style) throws {
    for architecture in ArchitectureCatalog.forms(of: "inception_v3") {
      let plan = try plan(architecture, style)
      let free: Set<String> = ["concat", "reshape", "flatten", "transpose", "slice", "dropout"]
      #expect(plan.launches.filter { free.contains($0.op) }.map(\.label) == [])
    }
  }

  /// GoogLeNet: the three 1x1 convolutions that read a module's input are one launch, the terms of `transform_input`
  /// are added to the picture. ResNet-50: the first block's two that read the same are one; additions take ReLU.
  @Test(
    "Norms and activations are part of convolutions and additions, and siblings are merged",
    arguments: [
      (
        "googlenet",
        ["conv2d": 57 - 9 * 2, "max_pool": 13, "add": 1, "global_average_pool": 1, "dense": 1]
      ),
      (
        "resnet50",
        ["conv2d": 53 - 1, "max_pool": 1, "add": 16, "global_average_pool": 1, "dense": 1]
      ),
    ])
  func fused(identifier: String, launches: [String: Int]) throws {
    let plan = try plan(try ArchitectureCatalog.find(identifier), .registerTiles)
    let counts = plan.launches.reduce(into: [:]) { $0[$1.op, default: 0] += 1 }
    #expect(counts == launches)
  }

  @Test("Plans of one model share their constants: they are made from the same tensors alike")
  func sharedConstants() throws {
    let architecture = try ArchitectureCatalog.find("inception_v3:torchvision")
    let parameters = SyntheticWeights().parameters(for: architecture)
    let traits = DeviceTraits(
      style: .registerTiles, vectorWidth: 16, computeUnits: 2, localMemoryBytes: 1 << 15,
      maxWorkGroupSize: 256, maxAllocationBytes: 1 << 30, globalMemoryBytes: 1 << 32)
    let plans = try (0..<2).map { _ in
      let graph = try PassPipeline().run(architecture.build(parameters, 1)).graph
      return try PlanBuilder.plan(graph, for: traits)
    }
    #expect(plans[0].weightsBytes > 90_000_000)
    // The first layer's weights take the image's normalisation in and are new each time: a few kilobytes.
    let shared = Set(plans[0].constants.map(\.key))
    let own = plans[1].constants.filter { !shared.contains($0.key) }
    #expect(own.reduce(0) { $0 + $1.byteCount } < 1 << 16, "\(own.map(\.byteCount))")
  }
}
