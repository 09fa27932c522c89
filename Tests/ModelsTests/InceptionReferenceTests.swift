import Foundation
import GraphIR
import Imaging
import Models
import Operators
import Reference
import TensorCore
import TestSupport
import Testing
import WireFormats

/// Whole Inception V3 networks against recorded results, in double on one core: minutes, so they run only with
/// `INCEPT_SLOW_TESTS=1` (and only where the shared fixtures are).
private let runsSlowTests =
  Fixtures.available && ProcessInfo.processInfo.environment["INCEPT_SLOW_TESTS"] == "1"

@Suite("Inception V3 in double", .enabled(if: runsSlowTests))
struct InceptionReferenceTests {
  /// The recorded results are in double, but the picture and `transform_input`'s constants are rounded to float32
  /// here, in another order than torch rounds: 6e-8 at the first layer, which depth makes a hundred times larger.
  private static let recorded = 5e-5

  @Test("torchvision's form agrees with PyTorch in every module")
  func torchvision() throws {
    let image = try Self.chelsea(.torchvision, .nchw)
    let graph = try ArchitectureCatalog.find("inception_v3:torchvision")
      .build(TorchvisionFixtureTests.values(), 1)
    let values = try ReferenceEvaluator.evaluate(
      graph, feeding: ["input": image], keeping: .everyNode)
    let reference = try InceptionReference.torchvision()
    let logits = try #require(values["logits"]).values
    #expect(Self.distance(logits, reference.outputs) < Self.recorded)
    for (name, activation) in reference.activations {
      let value = try #require(values[name])
      let found = activation.index.map { Self.channelsFirst(value, $0) }
      #expect(Self.distance(found, activation.value) < Self.recorded, "\(name)")
      let norm = value.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(norm - activation.l2) < Self.recorded * activation.l2, "\(name)")
    }
  }

  @Test("Keras's form agrees with Keras")
  func keras() throws {
    let image = try Self.chelsea(.inception, .nhwc)
    let file = try KerasWeightFile(
      path: Fixtures.unpacked("models/inception_v3_keras_legacy_weights.h5.xz").path)
    let (architecture, parameters) = try ArchitectureCatalog.recognise(
      layers: file.layers, source: file.source)
    let values = try ReferenceEvaluator.evaluate(
      architecture.build(parameters, 1), feeding: ["input": image])
    let found = try #require(values["predictions"]).values
    #expect(Self.distance(found, try InceptionReference.keras().outputs) < Self.recorded)
  }

  @Test(
    "a wrong epsilon, pool or transpose is caught early in the network",
    arguments: ["none", "epsilon", "pool", "transpose"])
  func breakage(mistake: String) throws {
    let image = try Self.chelsea(.torchvision, .nchw)
    let weights = try TorchvisionFixtureTests.values()
    var tensors = Dictionary(uniqueKeysWithValues: weights.names.map { ($0, weights[$0]) })
    let first = "Conv2d_1a_3x3.conv.weight"
    if mistake == "transpose" { tensors[first] = weights[first]?.permuted([0, 1, 3, 2]) }
    var graph = try ArchitectureCatalog.find("inception_v3:torchvision")
      .build(ParameterSet(source: "w", tensors: tensors.compactMapValues { $0 }), 1)
    let last = mistake == "pool" || mistake == "none" ? "Mixed_5b.branch_pool" : "Conv2d_1a_3x3"
    if mistake == "epsilon" {
      let node = try #require(graph.node(named: "Conv2d_1a_3x3.bn"))
      try graph.replace(node.id, with: BatchNormalization(epsilon: 0.01), inputs: node.inputs)
    }
    if mistake == "pool" {
      let node = try #require(graph.node(named: "Mixed_5b.branch_pool.pool"))
      let window = Window(kernel: Spatial(3), padding: .symmetric(1, 1))
      try graph.replace(node.id, with: Pool2D(.average, window: window), inputs: node.inputs)
    }
    graph.outputs = [GraphOutput(name: last, value: try #require(graph.node(named: last)).value)]
    graph.removeUnused()
    let value = try #require(
      try ReferenceEvaluator.evaluate(graph, feeding: ["input": image])[last])
    let activation = try #require(try InceptionReference.torchvision().activations[last])
    let found = activation.index.map { Self.channelsFirst(value, $0) }
    let distance = Self.distance(found, activation.value)
    #expect(mistake == "none" ? distance < Self.recorded : distance > 25 * Self.recorded)
  }

  private static func chelsea(
    _ preprocessing: Preprocessing, _ layout: Preprocessing.Layout
  ) throws -> HostTensor {
    let image = try Image.decode(path: Fixtures.url("images/chelsea.png").path)
    return try preprocessing.tensor(
      of: image, height: 299, width: 299, layout: layout,
      crop: PixelRectangle(x: 100, y: 0, width: 299, height: 299))
  }

  /// The element at a flat index of the value in its framework's axis order.
  private static func channelsFirst(_ value: ReferenceTensor, _ index: Int) -> Double {
    guard value.shape.rank == 4 else { return value.values[index] }
    let area = value.shape[1] * value.shape[2]
    return value.values[index % area * value.shape[3] + index / area]
  }

  /// The largest difference, in units of the largest expected magnitude.
  private static func distance(_ found: [Double], _ expected: [Double]) -> Double {
    let largest = expected.reduce(0) { max($0, abs($1)) }
    let worst = zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    return found.count == expected.count ? worst / max(largest, .leastNormalMagnitude) : .infinity
  }
}
