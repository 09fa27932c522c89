import Foundation
import GraphIR
import Imaging
import ImportKeras
import Operators
import Reference
import TensorCore
import TestSupport
import Testing
import WireFormats

/// Needs the model files beside the package; skipped where they are absent.
@Suite("MobileNet from its Keras file", .enabled(if: Fixtures.available, "no shared fixtures"))
struct MobileNetTests {
  private static let side = 224
  private static let espresso = 967
  private static let espressoProbability = 0.930
  private static let promised = 0.002
  /// Keras computed the reference in float32.
  private static let close = 1e-4

  private static func model() throws -> KerasWeightFile {
    try KerasWeightFile(path: try Fixtures.url("models/mobilenet_v1_025_224.h5").path)
  }

  @Test(
    "the five likeliest classes are Keras's",
    arguments: ["coffee.png", "chelsea.png", "astronaut.png"])
  func topFive(image: String) throws {
    let model = try KerasModel.importGraph(try Self.model(), source: "mobilenet")
    try model.graph.verify()
    let picture = try Image.decode(path: try Fixtures.url("images/\(image)").path)
    let input = try Preprocessing.inception.tensor(
      of: picture, height: Self.side, width: Self.side, layout: .nhwc)
    let results = try ReferenceEvaluator.evaluate(
      model.graph, feeding: [model.inputs[0].name: input])
    let probabilities = try #require(results[model.outputs[0].name]).values
    let top = probabilities.indices.sorted { probabilities[$0] > probabilities[$1] }.prefix(5)
    let data = try Data(contentsOf: try Fixtures.url("models/mobilenet_v1_025_224.top5.json"))
    let reference = try JSONDecoder().decode([String: [[Double]]].self, from: data)
    let wanted = try #require(reference[image])
    #expect(Array(top) == wanted.map { Int($0[0]) })
    for (index, pair) in zip(top, wanted) {
      #expect(abs(probabilities[index] - pair[1]) < Self.close)
    }
    if image == "coffee.png" {
      #expect(top.first == Self.espresso)
      #expect(abs(probabilities[Self.espresso] - Self.espressoProbability) <= Self.promised)
    }
  }

  @Test("its architecture is in the file, and every layer keeps its name")
  func names() throws {
    let file = try Self.model()
    #expect(KerasModel.hasArchitecture(file))
    let model = try KerasModel.importGraph(file, source: "mobilenet")
    #expect(model.name == "mobilenet_0.25_224")
    #expect(model.inputs.map(\.shape) == [[1, Self.side, Self.side, 3]])
    #expect(model.outputs.map(\.shape) == [[1, 1000]])
    for layer in file.layers {
      #expect(model.graph.node(named: layer.name) != nil, "\(layer.name)")
    }
  }

  @Test("the official layout of weights alone has no architecture")
  func weightsOnly() throws {
    let path = try Fixtures.unpacked("models/inception_v3_keras_legacy_weights.h5.xz").path
    let file = try KerasWeightFile(path: path)
    #expect(!KerasModel.hasArchitecture(file))
    let error = #expect(throws: InceptError.self) {
      try KerasModel.importGraph(file, source: "inception")
    }
    #expect(error?.category == .badData)
    #expect(error?.actual == "weights alone")
  }
}
