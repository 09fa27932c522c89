import Foundation
import GraphIR
import Imaging
import ImportTensorFlow
import Operators
import Reference
import TensorCore
import TestSupport
import Testing
import WireFormats

/// Needs the model files beside the package; skipped where they are absent.
@Suite(
  "Whole networks from TensorFlow files", .enabled(if: Fixtures.available, "no shared fixtures"))
struct NetworkTests {
  private static let side = 224
  private static let close = 1e-5

  private static func evaluated(
    _ graph: Graph, _ input: HostTensor
  ) throws -> [String: ReferenceTensor] {
    let name = graph[try #require(graph.inputs.first)].name
    return try ReferenceEvaluator.evaluate(graph, feeding: [name: input])
  }

  @Test(
    "MobileNet has Keras's five likeliest classes",
    arguments: ["coffee.png", "chelsea.png", "astronaut.png"])
  func mobileNet(image: String) throws {
    let path = try Fixtures.url("models/mobilenet_v1_025_224.pb").path
    let model = try TensorFlowModel.importGraph(MappedFile(path: path))
    try model.graph.verify()
    #expect(model.name == "mobilenet_v1_025_224")
    #expect(model.known == nil)
    let picture = try Image.decode(path: try Fixtures.url("images/\(image)").path)
    let input = try Preprocessing.inception.tensor(
      of: picture, height: Self.side, width: Self.side, layout: .nhwc)
    let found = try #require(Self.evaluated(model.graph, input)["Identity"]).values
    let top = found.indices.sorted { found[$0] > found[$1] }.prefix(5)
    let data = try Data(contentsOf: try Fixtures.url("models/mobilenet_v1_025_224.top5.json"))
    let wanted = try #require(JSONDecoder().decode([String: [[Double]]].self, from: data)[image])
    #expect(Array(top) == wanted.map { Int($0[0]) })
    for (index, pair) in zip(top, wanted) {
      #expect(abs(found[index] - pair[1]) < Self.close, "\(image): \(index)")
    }
  }

  private struct Reference: Decodable {
    let probabilities: [Double]
    let activations: [String: Activation]?

    struct Activation: Decodable {
      let shape: [Int]
      let index: [Int]
      let value: [Double]
    }
  }

  @Test(
    "the 2015 GoogLeNet agrees with TensorFlow, inner activations included",
    arguments: ["coffee.png", "chelsea.png", "astronaut.png"])
  func inception5h(image: String) throws {
    let file = try MappedFile(path: Fixtures.unpacked("models/inception5h_style.pb.xz").path)
    let model = try TensorFlowModel.importGraph(file)
    #expect(model.name == "inception5h")
    #expect(model.known?.preprocessing == "caffe")
    var graph = model.graph
    #expect(graph.outputs.map(\.name) == ["output2"])
    let data = try Data(
      contentsOf: try Fixtures.url("models/inception5h_style.reference.json"))
    let wanted = try #require(
      try JSONDecoder().decode([String: Reference].self, from: data)[image])
    for name in (wanted.activations ?? [:]).keys {
      graph.outputs.append(
        GraphOutput(name: name, value: try #require(graph.node(named: name)).value))
    }
    let picture = try Image.decode(path: try Fixtures.url("images/\(image)").path)
    let isCat = image == "chelsea.png"
    let crop = PixelRectangle(
      x: isCat ? 100 : (picture.width - Self.side) / 2,
      y: isCat ? 0 : (picture.height - Self.side) / 2, width: Self.side, height: Self.side)
    let input = try Preprocessing.caffe.tensor(
      of: picture, height: Self.side, width: Self.side, layout: .nhwc, crop: crop)
    let found = try Self.evaluated(graph, input)
    let probabilities = try #require(found["output2"]).values
    #expect(probabilities.count == wanted.probabilities.count)
    for (value, reference) in zip(probabilities, wanted.probabilities) {
      #expect(abs(value - reference) < Self.close)
    }
    for (name, activation) in wanted.activations ?? [:] {
      let value = try #require(found[name])
      #expect(value.shape.dimensions == [1] + activation.shape)
      let sampled = activation.index.map { value.values[$0] }
      let complaint = Tolerance.tight.mismatch(sampled, reference: activation.value)
      #expect(complaint == nil, "\(name)")
    }
  }

  @Test("weights are read from the mapped file")
  func mapped() throws {
    let file = try MappedFile(path: Fixtures.unpacked("models/inception5h_style.pb.xz").path)
    let graph = try TensorFlowModel.importGraph(file).graph
    let weights = try #require((graph.node(named: "softmax2_w")?.op as? Constant)?.tensor)
    let address = try #require(weights.storage?.baseAddress)
    #expect(address == file.bytes.baseAddress)
  }
}
