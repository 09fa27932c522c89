import Foundation
import GraphIR
import Models
import Reference
import TensorCore
import TestSupport
import Testing

/// Networks with made-up weights against torchvision's own in double (`tools/fixtures/make_torch_architectures.py`).
@Suite("torchvision's GoogLeNet and ResNet-50")
struct TorchArchitectureTests {
  /// What torchvision computes.
  struct Recorded: Decodable {
    let size: Int
    /// Every 25th.
    let logits: [Double]
    let largest: Double
    let inner: [String: Summary]

    struct Summary: Decodable {
      let shape: [Int]
      let mean, norm, first, last: Double
    }
  }

  /// The constants of `transform_input` are float32 here; depth makes their rounding larger.
  private static let tolerance = 2e-6

  @Test("compute what torchvision computes, in every part", arguments: ["googlenet", "resnet50"])
  func agreement(name: String) throws {
    let path = Fixtures.package
      .appendingPathComponent("Tests/ModelsTests/Fixtures/torch_architectures.json")
    let all = try JSONDecoder().decode([String: Recorded].self, from: Data(contentsOf: path))
    let recorded = try #require(all[name])
    let architecture = try ArchitectureCatalog.find(name)
    let weights = SyntheticWeights(seed: 7).parameters(for: architecture)
    let shape: Shape = [1, 3, recorded.size, recorded.size]
    let graph = try architecture.build(weights, 1).rebinding(["input": TensorType(shape)])
    let image = (0..<shape.elementCount).map { Float($0 * 37 % 101) / 50 - 1 }
    let values = try ReferenceEvaluator.evaluate(
      graph, feeding: ["input": HostTensor(shape: shape, floats: image)],
      keeping: .everyNode)
    let logits = try #require(values["logits"]).values
    for (index, expected) in recorded.logits.enumerated() {
      #expect(
        abs(logits[25 * index] - expected) <= Self.tolerance * recorded.largest, "\(25 * index)")
    }
    for (node, expected) in recorded.inner {
      let value = try #require(values[node], "\(node)")
      let shape = value.shape
      #expect([shape[0], shape[3], shape[1], shape[2]] == expected.shape, "\(node)")
      let norm = value.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let bound = Self.tolerance * expected.norm
      #expect(abs(norm - expected.norm) <= bound, "\(node)")
      let mean = value.values.reduce(0, +) / Double(value.values.count)
      #expect(abs(mean - expected.mean) <= bound, "\(node)")
      // First and last are so whatever the order of axes.
      #expect(abs(value.values[0] - expected.first) <= bound, "\(node)")
      #expect(abs((value.values.last ?? .nan) - expected.last) <= bound, "\(node)")
    }
  }
}
