import Foundation
import GraphIR
import Imaging
import Models
import OpenCLBackend
import OpenCLRuntime
import Operators
import Passes
import TensorCore
import TestSupport
import Testing
import WireFormats

/// A fixture network with its recorded float64 results, and what it takes to compare them with a device's.
struct InceptionFixture {
  /// The pictures that have results, and where their 299x299 crop begins.
  static let crops: [(image: String, x: Int, y: Int)] = [
    ("chelsea.png", 100, 0), ("coffee.png", 150, 50), ("astronaut.png", 106, 106),
  ]

  /// Results of one picture.
  struct Reference: Decodable {
    /// A module's output, sampled.
    struct Activation: Decodable {
      let shape: [Int]
      let index: [Int]
      let value: [Double]
    }
    let logits: [Double]?
    let probabilities: [Double]?
    let top5: [[Double]]
    let activations: [String: Activation]?
  }

  let architecture: Architecture
  let graph: Graph
  let references: [String: Reference]

  /// torchvision's form, from the `.pth` file, recognised by its parameters.
  static func torchvision() throws -> InceptionFixture {
    let file = try TorchFile.read(
      path: Fixtures.unpacked("models/inception_v3_torchvision.pth.xz").path)
    let tensors = Dictionary(
      file.entries.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    let parameters = ParameterSet(source: file.source, tensors: tensors)
    let architecture = try ArchitectureCatalog.recognise(parameters)
    return InceptionFixture(
      architecture: architecture, graph: try architecture.build(parameters, 1),
      references: try references("models/inception_v3_torchvision.reference.json"))
  }

  /// Keras's form, from the legacy weights-only file.
  static func keras() throws -> InceptionFixture {
    let file = try KerasWeightFile(
      path: Fixtures.unpacked("models/inception_v3_keras_legacy_weights.h5.xz").path)
    let (architecture, parameters) = try ArchitectureCatalog.recognise(
      layers: file.layers, source: file.source)
    return InceptionFixture(
      architecture: architecture, graph: try architecture.build(parameters, 1),
      references: try references("models/inception_v3_keras.reference.json"))
  }

  private static func references(_ path: String) throws -> [String: Reference] {
    try JSONDecoder().decode(
      [String: Reference].self, from: Data(contentsOf: Fixtures.url(path)))
  }

  /// The network's input for a picture: the fixture's crop, preprocessed as in training.
  func input(_ image: String) throws -> HostTensor {
    let crop = try #require(Self.crops.first { $0.image == image })
    let picture = try Image.decode(path: Fixtures.url("images/\(image)").path)
    let recipe = try #require(Preprocessing(named: architecture.input.preprocessing.rawValue))
    return try recipe.tensor(
      of: picture, height: 299, width: 299, channels: 3,
      layout: architecture.input.axisOrder == .nchw ? .nchw : .nhwc,
      crop: PixelRectangle(x: crop.x, y: crop.y, width: 299, height: 299))
  }

  /// Optimises a graph and makes it ready on a device; with `nodes`, their values are results too.
  static func executable(
    _ graph: Graph, keeping nodes: [String] = [], accuracy: Accuracy = .high,
    precision: Precision = .fp32, on device: BackendDevice
  ) throws -> Executable {
    var graph = graph
    for name in nodes where !graph.outputs.contains(where: { $0.name == name }) {
      let node = try #require(graph.node(named: name), "no node '\(name)'")
      graph.outputs.append(GraphOutput(name: name, value: node.value))
    }
    let optimised = try PassPipeline().run(graph).graph
    var options = PlanOptions.informed(accuracy, device.traits)
    options.precision = precision
    return try Executable(
      PlanBuilder.plan(optimised, for: device.traits, options: options), on: device)
  }

  /// The largest error of a picture's logits, relative to their largest magnitude.
  ///
  /// A network that ends in Softmax is judged by the logarithms of its probabilities. The bounds are promised for logits,
  /// and a probability's own error is those of two logits times their magnitude, which differs from picture to picture.
  static func error(_ values: [Float], _ reference: Reference) -> Double {
    if let logits = reference.logits { return error(values.map(Double.init), logits) }
    return error(logits(of: values.map(Double.init)), logits(of: reference.probabilities ?? []))
  }

  /// The largest difference to recorded values, relative to their largest magnitude.
  static func error(_ values: [Double], _ reference: [Double]) -> Double {
    guard values.count == reference.count, values.allSatisfy(\.isFinite) else { return .infinity }
    let largest = reference.reduce(0) { max($0, abs($1)) }
    let worst = zip(values, reference).reduce(0) { max($0, abs($1.0 - $1.1)) }
    return worst / largest
  }

  /// Logits that give these probabilities: those whose mean is zero, as Softmax drops it.
  private static func logits(of probabilities: [Double]) -> [Double] {
    let logarithms = probabilities.map { log($0) }
    let mean = logarithms.reduce(0, +) / Double(logarithms.count)
    return logarithms.map { $0 - mean }
  }

  /// Indices of the five largest values, largest first.
  static func topFive(_ values: [Float]) -> [Int] {
    Array(values.indices.sorted { values[$0] > values[$1] }.prefix(5))
  }

  /// The first device, as users get it without `--device`.
  static func device() throws -> BackendDevice {
    try BackendDevice(DeviceSelection.select(nil, environment: [:]))
  }
}
