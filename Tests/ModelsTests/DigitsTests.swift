import Foundation
import GraphIR
import Models
import Operators
import Reference
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("The digit classifier")
struct DigitsTests {
  @Test("its embedded weights fit it")
  func embedded() throws {
    #expect(EmbeddedResources.names.contains("digits_cnn.pth"))
    #expect(EmbeddedResources.data("nonesuch") == nil)
    let architecture = try ArchitectureCatalog.find("digits_cnn")
    try architecture.check(Self.embeddedWeights())
    #expect(
      try ArchitectureCatalog.recognise(Self.embeddedWeights()).identifier == "digits_cnn")
  }

  // The shared fixtures are no part of the repository; without them these tests are skipped.
  @Test("it computes PyTorch's logits", .enabled(if: Fixtures.available))
  func logits() throws {
    let (images, expected) = try Self.rows()
    let graph = try ArchitectureCatalog.find("digits_cnn")
      .build(Self.embeddedWeights(), images.shape[0])
    let result = try ReferenceEvaluator.evaluate(graph, feeding: ["input": images])
    let logits = try #require(result["logits"])
    #expect(Self.recorded.mismatch(logits.values, reference: expected) == nil)
  }

  @Test(
    "deliberate mistakes are caught by that comparison", .enabled(if: Fixtures.available),
    arguments: ["wrong transpose", "wrong padding", "wrong flatten"])
  func breakage(mistake: String) throws {
    let (images, expected) = try Self.rows()
    let weights = try Self.embeddedWeights()
    var tensors = Dictionary(uniqueKeysWithValues: weights.names.map { ($0, weights[$0]) })
    switch mistake {
    case "wrong transpose":
      tensors["conv1.weight"] = weights["conv1.weight"]?.permuted([0, 1, 3, 2])
    case "wrong flatten":
      tensors["fc1.weight"] = weights["fc1.weight"]?.reshaped([32, 4, 32]).permuted([0, 2, 1])
        .reshaped([32, 128])
    default: break
    }
    let broken = ParameterSet(source: "broken", tensors: tensors.compactMapValues { $0 })
    var graph = try ArchitectureCatalog.find("digits_cnn").build(broken, images.shape[0])
    if mistake == "wrong padding" {
      let node = try #require(graph.node(named: "conv2"))
      try graph.replace(
        node.id, with: Conv2D(strides: Spatial(2), padding: .same), inputs: node.inputs)
    }
    let result = try ReferenceEvaluator.evaluate(graph, feeding: ["input": images])
    let logits = try #require(result["logits"])
    #expect(Self.recorded.mismatch(logits.values, reference: expected) != nil)
  }

  /// The recorded logits are in double, the pictures sixteenths: exact in float32.
  static let recorded = Tolerance.double

  static func embeddedWeights() throws -> ParameterSet {
    let file = try TorchFile.read(
      MappedFile(copying: EmbeddedResources.digitsWeights, name: "digits_cnn.pth"))
    return ParameterSet(
      source: file.source,
      tensors: Dictionary(file.entries.map { ($0.name, $0.tensor) }) { first, _ in first })
  }

  /// The recorded rows of the digits set as pictures, and their logits one after the other.
  static func rows() throws -> (images: HostTensor, logits: [Double]) {
    struct Recorded: Decodable {
      let rows: [Int]
      let logits: [[Double]]
    }
    let recorded = try JSONDecoder().decode(
      Recorded.self,
      from: Data(contentsOf: Fixtures.url("models/digits_cnn_torch.reference.json")))
    let lines = try Fixtures.gunzipped("digits/digits.csv.gz").split(separator: "\n")
    let pixels = recorded.rows.flatMap { row in
      lines[row].split(separator: ",").prefix(64).compactMap { Float($0).map { $0 / 16 } }
    }
    let images = HostTensor(shape: [recorded.rows.count, 1, 8, 8], floats: pixels)
    return (images, recorded.logits.flatMap { $0 })
  }
}
