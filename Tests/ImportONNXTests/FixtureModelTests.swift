import Foundation
import GraphIR
import Imaging
import ImportONNX
import Incept
import Reference
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite(
  "ONNX files of networks that are here in other formats too",
  .enabled(if: Fixtures.available, "needs ../shared/fixtures or $INCEPT_FIXTURES"), .serialized)
struct FixtureModelTests {
  @Test("the digit classifier has its names and shapes")
  func digits() throws {
    let path = try Fixtures.url("models/digits_cnn_torch.onnx").path
    let model = try ONNXModel(MappedFile(path: path))
    #expect(model.inputNames == ["image"])
    let graph = try model.importGraph().graph
    #expect(graph.type(of: graph.outputs[0].value).shape == [1, 10])
    #expect(graph.node(named: "/conv1/Conv_output_0") != nil)
  }

  @Test("the digit classifier gives the logits that PyTorch has in double, in every format")
  func digitLogits() throws {
    struct Recorded: Decodable {
      let rows: [Int]
      let logits: [[Double]]
    }
    let recorded = try JSONDecoder().decode(
      Recorded.self, from: Data(contentsOf: Fixtures.url("models/digits_cnn_torch.reference.json")))
    let lines = try Fixtures.gunzipped("digits/digits.csv.gz").split(separator: "\n")
    let device = try Device.select()
    for file in [
      "digits_cnn_torch.onnx", "digits_cnn_torch_zip.pth", "digits_cnn_torch_legacy.pth",
      "digits_cnn_torch.safetensors",
    ] {
      let session = try Session(Model.load(Fixtures.url("models/\(file)").path), on: device)
      for (row, expected) in zip(recorded.rows, recorded.logits) {
        let pixels = lines[row].split(separator: ",").prefix(64).compactMap {
          Float($0).map { $0 / 16 }
        }
        let input = HostTensor(shape: [1, 1, 8, 8], floats: pixels)
        let logits = try session.run([session.model.inputs[0].name: input])[0].tensor.floats()
        let largest = expected.map(abs).max() ?? 0
        let error = zip(logits, expected).map { abs(Double($0) - $1) }.max() ?? 1
        #expect(error <= 1e-5 * largest, "\(file), row \(row): \(error) of \(largest)")
      }
    }
  }

  @Test("MobileNet gives the probabilities of the Keras file")
  func mobileNet() throws {
    var results: [[Double]] = []
    for file in ["mobilenet_v1_025_224.h5", "mobilenet_v1_025_224.onnx"] {
      let model = try Model.load(Fixtures.url("models/\(file)").path)
      let picture = try Image.decode(path: try Fixtures.url("images/coffee.png").path)
      let input = try Preprocessing.inception.tensor(
        of: picture, height: 224, width: 224, layout: .nhwc)
      let values = try ReferenceEvaluator.evaluate(
        model.graph, feeding: [model.inputs[0].name: input])
      results.append(try #require(values[model.outputs[0]]).values)
    }
    let error = zip(results[0], results[1]).map { abs($0 - $1) }.max() ?? 1
    #expect(error < 1e-5, "\(error)")
    let top = results.map { values in
      values.indices.sorted { values[$0] > values[$1] }.prefix(5).map { $0 }
    }
    #expect(top[0] == top[1])
  }

  @Test("MobileNet takes pictures, with the preprocessing named")
  func pictures() throws {
    let model = try Model.load(Fixtures.url("models/mobilenet_v1_025_224.onnx").path)
    #expect(model.imageInput?.description == "224x224 RGB")
    #expect(model.outputIsProbability)
    #expect(model.preprocessing == nil)
    let session = try Session(model, on: try Device.select())
    let report = try session.classify(
      [Fixtures.url("images/coffee.png").path],
      options: ClassifyOptions(top: 1, preprocessing: "inception"))
    #expect(report.results[0].top[0].index == 967)
  }

  @Test("Inception V3 gives the logits of the .pth file, on the device, for one picture and two")
  func inception() throws {
    let torch = try Model.load(Fixtures.unpacked("models/inception_v3_torchvision.pth.xz").path)
    let onnx = try Model.load(Fixtures.unpacked("models/inception_v3_torchvision.onnx.xz").path)
    let device = try Device.select()
    var results: [[Float]] = []
    for model in [torch, onnx] {
      let session = try Session(model, on: device, options: SessionOptions(accuracy: .exact))
      let picture = try Image.decode(path: try Fixtures.url("images/chelsea.png").path)
      let input = try Preprocessing.torchvision.tensor(
        of: picture, height: 299, width: 299, layout: .nchw)
      results.append(try session.run([model.inputs[0].name: input])[0].tensor.floats())
    }
    let largest = results[0].map(abs).max() ?? 0
    let error = zip(results[0], results[1]).map { abs($0 - $1) }.max() ?? 1
    #expect(error <= 1e-5 * largest, "\(error) of \(largest)")
    #expect(try onnx.optimisedShape(batch: 2) == [2, 1000])
  }
}

extension Model {
  /// The first result's shape for a batch.
  fileprivate func optimisedShape(batch: Int) throws -> Shape {
    let path = weights
    let onnx = try ONNXModel(MappedFile(path: path))
    let shape = Shape([batch] + inputs[0].shape.dimensions.dropFirst())
    let graph = try onnx.importGraph(shapes: [inputs[0].name: shape]).graph
    return graph.type(of: graph.outputs[0].value).shape
  }
}
