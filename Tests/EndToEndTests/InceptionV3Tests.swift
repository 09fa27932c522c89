import GraphIR
import Models
import OpenCLBackend
import Operators
import TensorCore
import TestSupport
import Testing

/// Bounds on the error of results, relative to their largest magnitude.
enum Bound {
  /// Logits. PyTorch's own float32 error is 2.3e-5; `high` is allowed three times that, `fast` eight times.
  static func results(_ accuracy: Accuracy) -> Double {
    switch accuracy {
    case .exact: 5e-5
    case .high: 7e-5
    case .fast: 1.8e-4
    }
  }
  /// Inner activations, which the network amplifies on the way.
  static let activations = 5e-4
}

@Suite(
  "Inception V3 computes what its frameworks compute",
  .enabled(if: Fixtures.available, "needs ../shared/fixtures or $INCEPT_FIXTURES"), .serialized)
struct InceptionV3Tests {
  @Test("torchvision's logits and top five, for every picture", arguments: Accuracy.allCases)
  func torchvisionLogits(accuracy: Accuracy) throws {
    let fixture = try InceptionFixture.torchvision()
    #expect(fixture.architecture.identifier == "inception_v3:torchvision")
    try checkResults(fixture, accuracy)
  }

  @Test("Keras's probabilities and top five, for every picture", arguments: Accuracy.allCases)
  func kerasProbabilities(accuracy: Accuracy) throws {
    let fixture = try InceptionFixture.keras()
    #expect(fixture.architecture.identifier == "inception_v3:keras")
    try checkResults(fixture, accuracy)
  }

  private func checkResults(_ fixture: InceptionFixture, _ accuracy: Accuracy) throws {
    let executable = try InceptionFixture.executable(
      fixture.graph, accuracy: accuracy, on: InceptionFixture.device())
    let input = fixture.architecture.input.name
    for (image, _, _) in InceptionFixture.crops {
      let reference = try #require(fixture.references[image])
      let values = try executable.run([input: fixture.input(image)])[0].floats()
      let error = InceptionFixture.error(values, reference)
      #expect(error <= Bound.results(accuracy), "\(image), \(accuracy): \(error)")
      #expect(InceptionFixture.topFive(values) == reference.top5.map { Int($0[0]) }, "\(image)")
    }
  }

  @Test("every inner activation of torchvision's form, asked for all at once")
  func allActivations() throws {
    let fixture = try InceptionFixture.torchvision()
    let activations = try #require(fixture.references["chelsea.png"]?.activations)
    #expect(activations.count > 290)
    try checkActivations(fixture, fixture.graph, Array(activations.keys).sorted())
  }

  @Test("module outputs one network at a time, with everything else fused")
  func fusedActivations() throws {
    let fixture = try InceptionFixture.torchvision()
    let activations = try #require(fixture.references["chelsea.png"]?.activations)
    let blocks = activations.keys.filter { !$0.contains(".") }.sorted()
    #expect(blocks.count == 20)
    try checkActivations(fixture, fixture.graph, blocks)
  }

  private func checkActivations(
    _ fixture: InceptionFixture, _ graph: Graph, _ names: [String]
  ) throws {
    let worst = try worstActivation(fixture, graph, names)
    #expect(worst.error <= Bound.activations, "\(worst.name): \(worst.error)")
  }

  /// The activation that is farthest from its recorded samples, relative to its largest magnitude.
  private func worstActivation(
    _ fixture: InceptionFixture, _ graph: Graph, _ names: [String]
  ) throws -> (name: String, error: Double) {
    let activations = try #require(fixture.references["chelsea.png"]?.activations)
    let executable = try InceptionFixture.executable(
      graph, keeping: names, on: InceptionFixture.device())
    let results = try executable.run(["input": fixture.input("chelsea.png")])
    var worst = (name: "", error: 0.0)
    for (binding, tensor) in zip(executable.plan.outputs, results) {
      guard let expected = activations[binding.name] else { continue }
      #expect(Array(tensor.shape.dimensions.dropFirst()) == expected.shape, "\(binding.name)")
      let values = tensor.floats()
      let largest = Double(values.reduce(0) { max($0, abs($1)) })
      for (index, value) in zip(expected.index, expected.value) {
        let error = abs(Double(values[index]) - value) / largest
        if !(error <= worst.error) { worst = (binding.name, error) }
      }
    }
    return worst
  }

  @Test("no copies, no concats: the plan is convolutions, pools and a dense layer")
  func planHasNoCopies() throws {
    let fixture = try InceptionFixture.torchvision()
    let plan = try InceptionFixture.executable(
      fixture.graph, on: InceptionFixture.device()
    ).plan
    let kinds = Set(plan.launches.map(\.op))
    #expect(kinds == ["conv2d", "max_pool", "average_pool", "global_average_pool", "dense"])
    #expect(plan.launches.allSatisfy { !$0.label.contains("/") }, "helper launches")
  }

  // MARK: The checks above catch a wrong importer

  @Test(
    "a transposed kernel, a wrong pool divisor and a wrong epsilon in torchvision's form are caught",
    arguments: Fault.allCases)
  func torchvisionFaultsAreCaught(fault: Fault) throws {
    let fixture = try InceptionFixture.torchvision()
    let broken = try fault.inflicted(on: fixture.graph)
    #expect(try resultError(fixture, broken) > Bound.results(.high))
    let activations = try #require(fixture.references["chelsea.png"]?.activations)
    let names = activations.keys.filter { !$0.contains(".") }.sorted()
    #expect(try worstActivation(fixture, broken, names).error > Bound.activations)
  }

  @Test("the same mistakes in Keras's form are caught", arguments: Fault.allCases)
  func kerasFaultsAreCaught(fault: Fault) throws {
    let fixture = try InceptionFixture.keras()
    #expect(try resultError(fixture, fault.inflicted(on: fixture.graph)) > Bound.results(.high))
  }

  /// How far a graph's result for one picture is from the recorded one.
  private func resultError(_ fixture: InceptionFixture, _ graph: Graph) throws -> Double {
    let executable = try InceptionFixture.executable(graph, on: InceptionFixture.device())
    let input = [fixture.architecture.input.name: try fixture.input("chelsea.png")]
    let reference = try #require(fixture.references["chelsea.png"])
    return InceptionFixture.error(try executable.run(input)[0].floats(), reference)
  }

  /// Mistakes that an importer could make.
  enum Fault: String, CaseIterable {
    case transposedKernel, excludedPadding, epsilon

    /// The graph as an importer with the mistake would have made it.
    func inflicted(on graph: Graph) throws -> Graph {
      var graph = graph
      for id in graph.topologicalOrder() {
        let node = graph[id]
        switch (self, node.op) {
        case (.transposedKernel, is Conv2D):
          let weights = try #require(graph.constant(node.inputs[1]))
          guard weights.shape[0] == 3, weights.shape[1] == 3 else { continue }
          let swapped = try graph.add(
            Constant(weights.permuted([1, 0, 2, 3])), name: "\(node.name).swapped")
          try graph.replace(
            id, with: node.op, inputs: [node.inputs[0], swapped] + node.inputs.dropFirst(2))
        case (.excludedPadding, let pool as Pool2D) where pool.kind == .average:
          try graph.replace(
            id, with: Pool2D(.average, window: pool.window, countIncludePad: !pool.countIncludePad),
            inputs: node.inputs)
        case (.epsilon, is BatchNormalization):
          try graph.replace(id, with: BatchNormalization(epsilon: 1e-5), inputs: node.inputs)
        default: continue
        }
      }
      return graph
    }
  }
}
