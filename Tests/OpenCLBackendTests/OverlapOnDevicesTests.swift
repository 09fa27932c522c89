import GraphIR
import OpenCLBackend
import Operators
import TensorCore
import TestSupport
import Testing

private let native = TestDevice.all.filter(\.isNative)

@Suite(
  "Overlapping launches on devices",
  .enabled(if: !native.isEmpty, "no OpenCL device here"))
struct OverlapOnDevicesTests {
  /// Complains where results differ in any bit from those of the launches one after the other, on an out-of-order
  /// queue and in other orders that the dependencies allow.
  private func compare(
    _ graph: Graph, _ feeds: [String: HostTensor], on device: TestDevice, repetitions: Int
  ) throws {
    let backend = try device.backend
    defer { backend.dropConstants() }
    func plan(_ queue: QueueMode) throws -> Plan {
      try PlanBuilder.plan(graph, for: backend.traits, options: PlanOptions(queue: queue))
    }
    let inOrder = try Executable(plan(.inOrder), on: backend)
    #expect(!inOrder.isOutOfOrder)
    let expected = try inOrder.run(feeds).map { $0.floats().map(\.bitPattern) }
    var random = RandomSource(name: graph.name)
    let overlapping = try plan(.outOfOrder)
    // The compact arena too: there sharing memory orders launches as well.
    var compact = inOrder.plan
    compact.options.queue = .outOfOrder
    let others = try [
      overlapping, compact, overlapping.shuffled(&random), compact.shuffled(&random),
    ]
    .map { try Executable($0, on: backend) }
    for (number, executable) in others.enumerated() {
      #expect(!executable.isOutOfOrder || device.info.supportsOutOfOrder)
      for run in 0..<(executable.isOutOfOrder ? repetitions : 1) {
        let results = try executable.run(feeds).map { $0.floats().map(\.bitPattern) }
        guard results == expected else {
          Issue.record("plan \(number), run \(run) differs\n\(graph.text())")
          return
        }
      }
    }
  }

  @Test("Random networks give the same bits", arguments: native, 0..<12)
  func random(device: TestDevice, seed: Int) throws {
    let (graph, feeds) = try GraphGenerator.randomGraph(seed: UInt64(1000 + seed))
    try compare(graph, feeds, on: device, repetitions: 10)
  }

  @Test("Blocks of branches that write one concat give the same bits", arguments: native)
  func branches(device: TestDevice) throws {
    var random = RandomSource(seed: 5)
    var graph = Graph(name: "branches")
    let width = 8
    func conv(_ image: ValueID, _ size: Int, _ name: String) throws -> ValueID {
      let inner = graph.type(of: image).shape[3]
      let weights = try graph.add(
        Constant(random.tensor([size, size, inner, width], in: -0.3...0.3)), name: "\(name).w")
      return try graph.add(
        Conv2D(padding: .same, activation: .relu), [image, weights], name: name)
    }
    var current = try graph.add(Input(TensorType([2, 11, 9, 3])), name: "input")
    for block in 0..<4 {
      var ends: [ValueID] = []
      for branch in 0..<5 {
        var value = current
        for step in 0...branch { value = try conv(value, 3, "b\(block).\(branch).\(step)") }
        ends.append(value)
      }
      let same = Window(kernel: Spatial(3), padding: .symmetric(1, 1))
      ends.append(try graph.add(Pool2D(.max, window: same), [current], name: "pool\(block)"))
      current = try graph.add(Concat(axis: 3), ends, name: "join\(block)")
    }
    graph.outputs = [GraphOutput(name: "result", value: current)]
    try graph.verify()
    let feeds = ["input": random.tensor([2, 11, 9, 3])]
    try compare(graph, feeds, on: device, repetitions: 100)
  }

  @Test("Callers on several threads get their own results", arguments: native)
  func threads(device: TestDevice) async throws {
    let (graph, feeds) = try GraphGenerator.randomGraph(seed: 1003)
    let backend = try device.backend
    defer { backend.dropConstants() }
    let plan = try PlanBuilder.plan(
      graph, for: backend.traits, options: PlanOptions(queue: .outOfOrder))
    let executable = try Executable(plan, on: backend)
    let inputs = (0..<4).map { number in
      feeds.mapValues { tensor in
        HostTensor(shape: tensor.shape, floats: tensor.floats().map { $0 * Float(number + 1) })
      }
    }
    let expected = try inputs.map { try executable.run($0).map { $0.floats() } }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for (input, result) in zip(inputs, expected) {
        group.addTask {
          for _ in 0..<10 where try executable.run(input).map({ $0.floats() }) != result {
            return false
          }
          return true
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }
}
