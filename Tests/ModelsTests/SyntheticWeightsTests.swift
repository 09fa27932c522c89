import GraphIR
import Models
import Reference
import TensorCore
import TestSupport
import Testing

@Suite("Synthetic weights")
struct SyntheticWeightsTests {
  @Test("fit every architecture", arguments: ArchitectureCatalog.all)
  func fit(architecture: Architecture) throws {
    let values = SyntheticWeights(seed: 3).parameters(for: architecture)
    try architecture.check(values)
    #expect(values.source == "synthetic:3")
    #expect(try ArchitectureCatalog.recognise(values).identifier == architecture.identifier)
  }

  @Test("are the same for a seed, others for another, and differ between parameters")
  func seeds() throws {
    let architecture = try ArchitectureCatalog.find("digits_cnn")
    func floats(_ seed: UInt64, _ name: String) -> [Float] {
      SyntheticWeights(seed: seed).parameters(for: architecture)[name]?.floats() ?? []
    }
    #expect(floats(1, "conv3.weight") == floats(1, "conv3.weight"))
    #expect(floats(1, "conv3.weight") != floats(2, "conv3.weight"))
    #expect(floats(1, "conv2.bias") != floats(1, "conv3.bias"))
    #expect(floats(1, "fc1.weight").prefix(3) == [-0.18767221, -0.034391552, 0.008996591])
  }

  @Test("have the variance and mean that keep values of one size")
  func statistics() throws {
    let architecture = try ArchitectureCatalog.find("inception_v3")
    let values = SyntheticWeights().parameters(for: architecture)
    let weights = try #require(values["Mixed_6b.branch7x7_2.conv.weight"]).floats().map(Double.init)
    let mean = weights.reduce(0, +) / Double(weights.count)
    let variance = weights.reduce(0) { $0 + $1 * $1 } / Double(weights.count)
    let wanted = 2 / Double(128 * 7)
    #expect(abs(mean) < 0.01 * wanted.squareRoot())
    #expect(abs(variance / wanted - 1) < 0.02)
    #expect(try #require(values["fc.weight"]).floats().allSatisfy { $0.isFinite })
  }

  /// Root mean squares between which no float32 sum loses or overflows. Pictures of 75x75 end in maps of 1x1,
  /// of whose pooling windows 8 in 9 values are padding, hence the low end.
  private static let healthy = 0.01...20.0

  @Test("give every layer of Inception V3 values of healthy size")
  func health() throws {
    let architecture = try ArchitectureCatalog.find("inception_v3")
    let graph = try architecture.build(SyntheticWeights().parameters(for: architecture), 1)
      .rebinding(["input": TensorType([1, 3, 75, 75])])
    var random = RandomSource(seed: 5)
    let values = try ReferenceEvaluator.evaluate(
      graph, feeding: ["input": random.tensor([1, 3, 75, 75], in: -2...2)], keeping: .everyNode)
    for id in graph.nodeIDs where graph.constant(graph[id].value) == nil {
      let name = graph[id].name
      let found = try #require(values[name]).values
      let norm = (found.reduce(0) { $0 + $1 * $1 } / Double(found.count)).squareRoot()
      #expect(Self.healthy.contains(norm), "\(name) has root mean square \(norm)")
    }
  }
}
