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
    #expect(EmbeddedResources.names.contains("digits_cnn.safetensors"))
    #expect(EmbeddedResources.data("nonesuch") == nil)
    let architecture = try ArchitectureCatalog.find("digits_cnn")
    let weights = try #require(DigitsCNN.parameters(trained: Self.embeddedWeights()))
    try architecture.check(weights)
    #expect(try ArchitectureCatalog.recognise(weights).identifier == "digits_cnn")
  }

  @Test("trained weights become torch's layouts: back in the graph they are what they were")
  func layouts() throws {
    let trained = try Self.embeddedWeights()
    let weights = try #require(DigitsCNN.parameters(trained: trained))
    let graph = try ArchitectureCatalog.find("digits_cnn").build(weights, 1)
    for (own, name) in [
      ("conv1", "conv2d_1"), ("conv2", "conv2d_2"), ("conv3", "conv2d_3"), ("fc1", "dense_1"),
      ("fc2", "dense_2"),
    ] {
      for part in ["weight", "bias"] {
        let constant = try #require(
          graph.node(named: "\(own).\(part)")?.op as? Constant)
        let expected = try #require(trained["\(name).\(part)"])
        #expect(constant.tensor.shape == expected.shape)
        #expect(constant.tensor.floats() == expected.floats(), "\(own).\(part)")
      }
    }
    // torch's own: an output's weights are a row; of an image they are in the order of channels, rows, columns.
    let (first, second) = (
      try #require(weights["fc1.weight"]), try #require(trained["dense_1.weight"])
    )
    let (channel, row, column, output) = (5, 1, 0, 7)
    #expect(
      first.floats()[output * 128 + channel * 4 + row * 2 + column]
        == second.floats()[((row * 2 + column) * 32 + channel) * 32 + output])
  }

  @Test(
    "other parameters are no trained digit classifier",
    arguments: ["missing", "more", "renamed", "another shape", "integers"])
  func others(change: String) throws {
    let weights = try Self.embeddedWeights()
    var tensors = Dictionary(uniqueKeysWithValues: weights.names.map { ($0, weights[$0]) })
    let name = "conv2d_2.weight"
    switch change {
    case "missing": tensors[name] = nil
    case "more": tensors["velocity"] = HostTensor(shape: [1], floats: [0])
    case "renamed": tensors["conv2d_4.weight"] = tensors.removeValue(forKey: name) ?? nil
    case "another shape": tensors[name] = weights[name]?.permuted([3, 2, 1, 0])
    default:
      tensors["dense_2.bias"] = HostTensor(shape: [10], int32s: [Int32](repeating: 1, count: 10))
    }
    let changed = ParameterSet(source: "changed", tensors: tensors.compactMapValues { $0 })
    #expect(DigitsCNN.parameters(trained: changed)?.names == nil)
  }

  // The shared fixtures are no part of the repository; without them these tests are skipped.
  @Test("it computes PyTorch's logits", .enabled(if: Fixtures.available))
  func logits() throws {
    let (images, expected) = try Self.rows()
    let graph = try ArchitectureCatalog.find("digits_cnn")
      .build(Self.torchWeights(), images.shape[0])
    let result = try ReferenceEvaluator.evaluate(graph, feeding: ["input": images])
    let logits = try #require(result["logits"])
    #expect(Self.recorded.mismatch(logits.values, reference: expected) == nil)
  }

  @Test(
    "deliberate mistakes are caught by that comparison", .enabled(if: Fixtures.available),
    arguments: ["wrong transpose", "wrong padding", "wrong flatten"])
  func breakage(mistake: String) throws {
    let (images, expected) = try Self.rows()
    let weights = try Self.torchWeights()
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
    parameters(
      try Safetensors.read(
        MappedFile(copying: EmbeddedResources.digitsNetwork, name: "digits_cnn.safetensors")))
  }

  static func torchWeights() throws -> ParameterSet {
    parameters(
      try TorchFile.read(path: Fixtures.url("models/digits_cnn_torch_zip.pth").path))
  }

  private static func parameters(_ file: NamedTensors) -> ParameterSet {
    ParameterSet(
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
