import Models
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("Keras layers by order")
struct KerasBindingTests {
  @Test("layers under other names are paired by order")
  func byOrder() throws {
    let keras = try ArchitectureCatalog.find("inception_v3:keras")
    var layers = Self.layers(keras)
    for index in layers.indices { layers[index].name = "renamed_\(index)" }
    layers.insert((name: "input_1", weights: []), at: 0)
    let values = try ArchitectureCatalog.recognise(layers: layers, source: "w.h5").parameters
    try keras.check(values)
    #expect(values["predictions/bias"] == layers.last?.weights.last?.tensor)
    #expect(values["conv2d_1/kernel"] == layers[1].weights[0].tensor)
  }

  @Test("layers under the architecture's own names are paired by name, in any order")
  func byName() throws {
    let keras = try ArchitectureCatalog.find("inception_v3:keras")
    let layers = Self.layers(keras)
    let sorted = layers.sorted { $0.name < $1.name }
    #expect(sorted.map(\.name) != layers.map(\.name))
    let values = try ArchitectureCatalog.recognise(layers: sorted, source: "w.h5").parameters
    let kernel = layers.first { $0.name == "conv2d_57" }?.weights[0].tensor
    #expect(kernel != nil && values["conv2d_57/kernel"] == kernel)
  }

  @Test("everything that does not fit is in one error")
  func mismatches() throws {
    let keras = try ArchitectureCatalog.find("inception_v3:keras")
    var layers = Self.layers(keras)
    layers[0].weights[0].tensor = HostTensor.filled([3, 3, 1, 32], with: 0)
    layers[1].weights.removeLast()
    layers.removeLast()
    let error = #expect(throws: InceptError.self) {
      try ArchitectureCatalog.recognise(layers: layers, source: "w.h5")
    }
    #expect(error?.category == .badData && error?.subject == "w.h5")
    for part in [
      "inception_v3:keras", "3 differences", "[3, 3, 1, 32] instead of [3, 3, 3, 32]",
      "has 2 weights instead of the 3 of batch_normalization_1", "nothing for layer predictions",
    ] {
      #expect(error?.description.contains(part) == true, "\(part)")
    }
    layers = Self.layers(keras) + [(name: "dense", weights: [("kernel", .filled([1], with: 0))])]
    #expect(throws: InceptError.self) {
      try ArchitectureCatalog.recognise(layers: layers, source: "w.h5")
    }
  }

  @Test(
    "layers of a Keras 3 file are paired by class and number, or by name",
    arguments: ["resnet50_v2", "inception_resnet_v2", "mobilenet_v1:0.5", "inception_v3:keras"],
    [true, false])
  func byGroup(identifier: String, hasNames: Bool) throws {
    let keras = try ArchitectureCatalog.find(identifier)
    let layers = Self.layers(keras)
    let groups = Self.groups(layers, hasNames: hasNames)
    let (found, values) = try ArchitectureCatalog.recognise(groups: groups, source: "w.h5")
    #expect(found.identifier == identifier)
    try keras.check(values)
    for layer in layers {
      #expect(values[layer.weights[0].name] == layer.weights[0].tensor)
    }
  }

  @Test("a Keras 3 file that lacks a layer is refused, and the error names it")
  func missingGroup() throws {
    let keras = try ArchitectureCatalog.find("mobilenet_v1:0.25")
    let groups = Self.groups(Self.layers(keras), hasNames: false).filter { $0.group != "conv2d_14" }
    let error = #expect(throws: InceptError.self) {
      try ArchitectureCatalog.recognise(groups: groups, source: "w.h5", among: [keras])
    }
    #expect(error?.description.contains("nothing for layer conv_preds") == true)
  }

  @Test("MobileNet is recognised in any width", arguments: [0.1, 0.35, 0.6, 1.0, 1.3, 1.4])
  func widths(multiplier: Double) throws {
    let keras = try ArchitectureCatalog.find("mobilenet_v1:1.0")
    func scaled(_ extent: Int) -> Int {
      [32, 64, 128, 256, 512, 1024].contains(extent) ? Int(Double(extent) * multiplier) : extent
    }
    var layers: [KerasBinding.Layer] = []
    for layer in Self.layers(keras) {
      let weights = layer.weights.map { weight in
        (
          name: weight.name,
          tensor: HostTensor.filled(Shape(weight.tensor.shape.dimensions.map(scaled)), with: 0)
        )
      }
      layers.append((layer.name, weights))
    }
    let (found, values) = try ArchitectureCatalog.recognise(layers: layers, source: "w.h5")
    #expect(found.identifier == "mobilenet_v1:\(multiplier)")
    try found.check(values)
    let byName = try ArchitectureCatalog.recognise(values)
    #expect(byName.identifier == found.identifier)
    _ = try found.build(values, 2)
  }

  /// The layers as Keras 3 saves them, sorted by the groups' names as text.
  private static func groups(
    _ layers: [KerasBinding.Layer], hasNames: Bool
  ) -> [KerasBinding.Group] {
    var counts: [String: Int] = [:]
    let groups = layers.map { layer -> KerasBinding.Group in
      let kind =
        switch layer.weights[0].name.split(separator: "/").last {
        case "depthwise_kernel": "depthwise_conv2d"
        case "kernel": layer.weights[0].tensor.shape.rank == 2 ? "dense" : "conv2d"
        default: "batch_normalization"
        }
      let number = counts[kind, default: 0]
      counts[kind] = number + 1
      let group = number == 0 ? kind : "\(kind)_\(number)"
      let weights = layer.weights.enumerated().map { ("\($0.offset)", $0.element.tensor) }
      return (group, hasNames ? layer.name : nil, weights)
    }
    return groups.sorted { $0.group < $1.group }
  }

  // The shared fixtures are no part of the repository; without them these tests are skipped.
  @Test(
    "Keras's own file has our layers in our order and is recognised",
    .enabled(if: Fixtures.available))
  func fixture() throws {
    let path = try Fixtures.unpacked("models/inception_v3_keras_legacy_weights.h5.xz").path
    let file = try KerasWeightFile(path: path)
    let keras = try ArchitectureCatalog.find("inception_v3:keras")
    let found = file.layers.flatMap { layer in
      layer.weights.map { "\($0.name.prefix { $0 != ":" }) \($0.tensor.shape)" }
    }
    #expect(found == keras.parameters.map { "\($0.name) \($0.shape)" })
    let (architecture, values) = try ArchitectureCatalog.recognise(
      layers: file.layers, source: file.source)
    #expect(architecture.identifier == keras.identifier)
    #expect(values.names.count == keras.parameters.count)
  }

  /// An architecture's parameters as a Keras file keeps them.
  static func layers(_ architecture: Architecture) -> [KerasBinding.Layer] {
    var layers: [KerasBinding.Layer] = []
    let values = RecognitionTests.zeros(architecture) { tensors in
      for spec in architecture.parameters { tensors[spec.name] = tensors[spec.name]?.copied }
    }
    for spec in architecture.parameters {
      let parts = spec.name.split(separator: "/").map(String.init)
      guard let tensor = values[spec.name] else { continue }
      if layers.last?.name != parts[0] { layers.append((name: parts[0], weights: [])) }
      layers[layers.count - 1].weights.append((name: spec.name, tensor: tensor))
    }
    return layers
  }
}

extension HostTensor {
  /// The same values elsewhere in memory, so that tensors can be told apart.
  fileprivate var copied: HostTensor { converted() }
}
