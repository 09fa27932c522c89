import GraphIR
import OpenCLBackend
import Operators
import TensorCore
import TestSupport
import Testing

extension TestDevice {
  /// Whether short launches become chains.
  fileprivate var chains: Bool { style == .registerTiles && traits.ordersMemoryBetweenGroups }
}

@Suite("Chains of launches on devices", .enabled(if: !TestDevice.all.isEmpty, "no OpenCL device"))
struct ChainDeviceTests {
  @Test("A chain gives the reference's result", arguments: TestDevice.all + TestDevice.otherWidths)
  func agrees(device: TestDevice) throws {
    for sample in ChainSample.all {
      let (graph, feeds) = try sample.graph()
      let mismatch = try DeviceRunner.mismatch(
        graph, feeds, .loose, on: device, chained: true,
        willRun: { plan in
          let hasChain = plan.launches.contains { $0.op == "chain" }
          #expect(hasChain == device.chains)
        })
      #expect(mismatch == nil, "\(sample)")
    }
  }

  @Test("Random networks with chains give the reference's results", arguments: TestDevice.all)
  func agreesOnRandomNetworks(device: TestDevice) throws {
    var chains = 0
    for seed in 100..<130 {
      let (graph, feeds) = try GraphGenerator.randomGraph(seed: UInt64(seed))
      let mismatch = try DeviceRunner.mismatch(
        graph, feeds, .loose, on: device, chained: true,
        willRun: { chains += $0.launches.filter { $0.op == "chain" }.count })
      #expect(mismatch == nil, "seed \(seed)\n\(graph.text())")
    }
    #expect(device.chains ? chains > 5 : chains == 0)
  }

  @Test("The hundredth run gives what the first gave", arguments: TestDevice.all)
  func lasts(device: TestDevice) throws {
    let (graph, feeds) = try ChainSample([1, 12, 12, 3], channels: 8, classes: 10).graph()
    let backend = try device.backend
    defer { backend.dropConstants() }
    let options = PlanOptions(queue: .inOrder)
    let plan = try PlanBuilder.plan(graph, for: backend.traits, options: options).chained()
    let executable = try Executable(plan, on: backend)
    let first = try executable.run(feeds).map { $0.floats() }
    // Interpreters of OpenCL take a second for each.
    let runs = device.info.name.contains("Oclgrind") ? 3 : 100
    for _ in 1..<runs { #expect(try executable.run(feeds).map { $0.floats() } == first) }
  }
}

@Suite("Plans with chains")
struct ChainPlanTests {
  private let options = PlanOptions(queue: .inOrder)

  @Test("Short neighbours become one launch; what no chain can do parts them")
  func joins() throws {
    var builder = GraphBuilder()
    let input = try builder.input([1, 8, 8, 4])
    let a = try builder.conv(input, Spatial(3), to: 8, name: "a")
    let b = try builder.conv(a, .one, to: 8, name: "b")
    let pool = try builder.add(Pool2D(.max, window: Window(kernel: Spatial(2))), [b], name: "pool")
    let c = try builder.conv(pool, .one, to: 8, name: "c")
    let d = try builder.conv(c, .one, to: 8, name: "d")
    builder.graph.outputs = [GraphOutput(name: "d", value: d)]
    let steps = try PlanBuilder.plan(builder.graph, for: TestTraits.cpu(), options: options)
    let plan = steps.chained()
    #expect(steps.labels == ["a", "b", "pool", "c", "d"])
    #expect(plan.labels == ["a … b", "pool", "c … d"])
    #expect(plan.launches.map(\.waits) == [[], [0], [1]])
    #expect(plan.launches[0].cost == steps.launches[0].cost + steps.launches[1].cost)
    #expect(plan.launches[2].output == steps.launches[4].output)
    // A chain's constants begin at cache lines.
    #expect((steps.weightsBytes...steps.weightsBytes + 256).contains(plan.weightsBytes))
    #expect(plan.arenaBytes == steps.arenaBytes)
    #expect(plan.region(plan.launches[1].output)?.lifetime == 1...2)
    #expect(plan.text().contains("a … b = chain [chain of 2] chain"))
  }

  @Test("Long launches stay, and those of devices with work-item groups or unordered memory")
  func leaves() throws {
    var builder = GraphBuilder()
    let input = try builder.input([1, 64, 64, 64])
    let a = try builder.conv(input, Spatial(3), to: 128, name: "a")
    let b = try builder.conv(a, Spatial(3), to: 128, name: "b")
    builder.graph.outputs = [GraphOutput(name: "b", value: b)]
    let exact = PlanOptions(accuracy: .exact, queue: .inOrder)
    let long = try PlanBuilder.plan(builder.graph, for: TestTraits.cpu(), options: exact)
    #expect(long.chained().labels == ["a", "b"])
    let (graph, _) = try ChainSample([1, 9, 9, 3], channels: 8, classes: 4).graph()
    let items = try PlanBuilder.plan(graph, for: TestTraits.gpu, options: options)
    #expect(items.chained().labels == items.labels)
    var unordered = TestTraits.cpu()
    unordered.ordersMemoryBetweenGroups = false
    let separate = try PlanBuilder.plan(graph, for: unordered, options: options)
    #expect(separate.chained().labels == separate.labels)
  }

  @Test("A chain holds no more activations than a kernel can")
  func parts() throws {
    var builder = GraphBuilder()
    var x = try builder.input([1, 4, 4, 4])
    let activations: [UnaryFunction] = [.relu, .relu6, .tanh, .sigmoid, .softplus, .relu]
    for (index, activation) in activations.enumerated() {
      x = try builder.conv(
        x, .one, to: 4, name: "c\(index)", op: Conv2D(activation: activation))
    }
    builder.graph.outputs = [GraphOutput(name: "x", value: x)]
    let plan = try PlanBuilder.plan(builder.graph, for: TestTraits.cpu(), options: options)
    #expect(plan.chained().labels == ["c0 … c3", "c4 … c5"])
  }

  @Test("A chain's constant holds what its steps' constants hold")
  func constants() throws {
    let (graph, _) = try ChainSample([1, 9, 13, 3], channels: 8, classes: 10).graph()
    let steps = try PlanBuilder.plan(graph, for: TestTraits.cpu(), options: options)
    let plan = steps.chained()
    let joined = try #require(plan.constants.last)
    let count = joined.byteCount / 4
    let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
    defer { memory.deallocate() }
    memory.initialize(repeating: .nan)
    try joined.write(memory)
    #expect(memory.allSatisfy { $0.isFinite })
    var start = 0
    for constant in steps.constants {
      let part = UnsafeMutableBufferPointer<Float>.allocate(capacity: constant.byteCount / 4)
      defer { part.deallocate() }
      part.initialize(repeating: .nan)
      try constant.write(part)
      #expect(memory[start..<start + part.count].elementsEqual(part))
      start += (part.count + 15) / 16 * 16
    }
    #expect(start == count)
  }
}
