import Differentiation
import Foundation
import GraphIR
import Operators
import Passes
import Reference
import TensorCore
import TestSupport
import Testing

/// A network of `Fixtures/networks.json`, which `tools/fixtures/make_gradient_cases.py` writes: its loss and gradients as
/// PyTorch computes them in float32.
struct TorchNetwork: Decodable, Sendable, CustomStringConvertible {
  struct Tensor: Decodable {
    let shape: [Int]
    let data: Data

    var host: HostTensor {
      let floats = data.withUnsafeBytes { bytes in
        (0..<bytes.count / 4).map {
          Float(
            bitPattern: UInt32(
              littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
        }
      }
      return HostTensor(shape: Shape(shape), floats: floats)
    }
  }

  struct Layer: Decodable {
    let kind: String
    let channels: Int?
    let stride: Int?
    let outputs: Int?
  }

  private struct File: Decodable { let networks: [TorchNetwork] }

  let name: String
  let layers: [Layer]
  let input: Tensor
  let labels: [Int]
  let loss: Double
  let parameters: [Tensor]
  let gradients: [Tensor]

  var description: String { name }

  static func all() throws -> [TorchNetwork] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/networks.json")
    return try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).networks
  }

  /// A graph with outputs `loss` and `gradient0`, `gradient1`, … by the parameters, which are inputs; and its feeds.
  func step() throws -> (graph: Graph, feeds: [String: HostTensor]) {
    var graph = Graph(name: name)
    var feeds = ["input": input.host]
    var values: [ValueID] = []
    for (index, parameter) in parameters.enumerated() {
      let name = "parameter\(index)"
      values.append(try graph.add(Input(TensorType(Shape(parameter.shape))), name: name))
      feeds[name] = parameter.host
    }
    var pending = values[...]
    func next() throws -> ValueID {
      guard let value = pending.popFirst() else {
        throw ProblemError(message: "\(name): too few parameters")
      }
      return value
    }
    var x = try graph.add(Input(TensorType(Shape(input.shape))), name: "input")
    for (index, layer) in layers.enumerated() {
      let name = "\(layer.kind)\(index)"
      let pair = Window(kernel: Spatial(2), strides: Spatial(2))
      switch layer.kind {
      case "conv":
        let stride = Spatial(layer.stride ?? 1)
        let operands = [x, try next(), try next()]
        x = try graph.add(Conv2D(strides: stride, padding: .same), operands, name: name)
      case "norm":
        x = try graph.addTrainingBatchNorm(
          image: x, scale: try next(), shift: try next(), epsilon: 1e-5, name: name
        ).output
      case "max_pool": x = try graph.add(Pool2D(.max, window: pair), [x], name: name)
      case "average_pool": x = try graph.add(Pool2D(.average, window: pair), [x], name: name)
      case "flatten": x = try graph.add(Flatten(axis: 1), [x], name: name)
      case "dense": x = try graph.add(Dense(), [x, try next(), try next()], name: name)
      default:
        guard let function = UnaryFunction.samples.first(where: { $0.name == layer.kind }) else {
          throw ProblemError(message: "\(self.name): no function \(layer.kind)")
        }
        x = try graph.add(Unary(function), [x], name: name)
      }
    }
    let labels = try graph.add(Input(TensorType([self.labels.count], .int32)), name: "labels")
    feeds["labels"] = HostTensor(
      shape: [self.labels.count], elementType: .int32, doubles: self.labels.map(Double.init))
    let items = try graph.add(SoftmaxCrossEntropy(), [x, labels], name: "cross_entropy")
    let loss = try graph.add(Reduce(.mean, keepsAxes: false), [items], name: "loss")
    let gradients = try graph.appendGradients(of: loss, by: values)
    graph.outputs = [GraphOutput(name: "loss", value: loss)]
    for (index, gradient) in gradients.enumerated() {
      graph.outputs.append(GraphOutput(name: "gradient\(index)", value: gradient))
    }
    try graph.verify()
    return (graph, feeds)
  }

  /// What of the results differs from PyTorch's; nil where nothing does by more than 1e-4 of the largest element.
  func mismatch(_ results: [String: [Double]]) -> String? {
    let expected =
      [("loss", [loss])]
      + gradients.enumerated().map { ("gradient\($0)", $1.host.floats().map(Double.init)) }
    let overall = expected.flatMap { $0.1 }.map(abs).max() ?? 0
    for (name, reference) in expected {
      let found = results[name] ?? []
      guard found.count == reference.count else { return "\(name): \(found.count) elements" }
      // The gradient by a bias before a batch normalisation is 0, and rounding what is left of it.
      let largest = max(reference.map(abs).max() ?? 0, overall / 100)
      let worst = zip(found, reference).map { abs($0 - $1) }.max() ?? 0
      guard worst <= 1e-4 * largest else {
        return "\(self.name): \(name) differs by \(worst), largest element \(largest)"
      }
    }
    return nil
  }
}

@Suite("Gradients of networks against PyTorch")
struct TorchGradientTests {
  @Test("The reference gives PyTorch's loss and gradients", arguments: try TorchNetwork.all())
  func reference(network: TorchNetwork) throws {
    let (graph, feeds) = try network.step()
    let results = try ReferenceEvaluator.evaluate(graph, feeding: feeds)
    #expect(network.mismatch(results.mapValues(\.values)) == nil)
  }

  @Test(
    "Every device gives PyTorch's loss and gradients", arguments: TestDevice.all,
    try TorchNetwork.all())
  func devices(device: TestDevice, network: TorchNetwork) throws {
    let (graph, feeds) = try network.step()
    let results = try DeviceRunner.results(
      of: try PassPipeline().run(graph).graph, feeding: feeds, on: device)
    #expect(network.mismatch(results.mapValues { $0.doubles() }) == nil)
  }
}
