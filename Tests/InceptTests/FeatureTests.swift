import Foundation
import GraphIR
import Imaging
import Incept
import Operators
import TensorCore
import TestSupport
import Testing

@Suite("feature maps", .enabled(if: hasDevice, "needs an OpenCL device"))
struct FeatureTests {
  private func session(_ model: Model) throws -> Session {
    try Session(model, on: Device.select())
  }

  @Test(
    "every map's numbers are those of the layer's value, in either axis order",
    arguments: Fixtures.available ? [false, true] : [false])
  func values(hasTorchWeights: Bool) throws {
    let weights =
      hasTorchWeights ? try Fixtures.url("models/digits_cnn_torch.safetensors").path : nil
    let session = try session(Model.load("digits_cnn", weights: weights))
    let image = sample("digit-3-a")
    let maps = try session.features(of: image, layer: "conv1").report
    #expect(maps.kind == .features && maps.layer == "conv1" && maps.total == maps.shape[2])
    // The same through tensors: torch's recipe is the picture, black 0 to white 1; the embedded network's is normalised.
    let embedded = try TrainedModelFile(
      path: Fixtures.package.appendingPathComponent(
        "Sources/Models/Resources/digits_cnn.safetensors"
      ).path
    ).preprocessing
    let (mean, deviation) =
      hasTorchWeights ? (0, 1) : (embedded.mean[0], embedded.deviation[0])
    let pixels = try Image.decode(path: image).grey()
    let size = try #require(session.model.imageInput)
    #expect(pixels.width == size.width && pixels.height == size.height)
    let input = HostTensor(
      shape: [1, 1, size.height, size.width],
      floats: pixels.pixels.map { Float((Double($0) / 255 - mean) / deviation) })
    let result = try #require(
      try session.run(["x": input], outputs: ["conv1"]).first { $0.name == "conv1" }?.tensor)
    #expect(result.shape == [1, maps.total, maps.shape[0], maps.shape[1]])
    let values = result.floats()
    let area = maps.shape[0] * maps.shape[1]
    for map in maps.maps {
      let part = values[(map.channel * area)..<((map.channel + 1) * area)]
      #expect(abs(map.min - Double(part.min() ?? 0)) < 1e-4, "\(map)")
      #expect(abs(map.max - Double(part.max() ?? 0)) < 1e-4, "\(map)")
      let mean = part.reduce(0) { $0 + Double($1) } / Double(area)
      #expect(abs(map.mean - mean) < 1e-4, "\(map)")
    }
  }

  @Test("the strongest come first, and at most as many as are asked for")
  func strongest() throws {
    let session = try session(Model.load("digits_cnn"))
    let all = try session.features(
      of: sample("digit-5-a"), layer: "relu1", options: FeatureOptions(channels: 1000)
    ).report
    #expect(all.maps.map(\.channel) == Array(0..<all.total))
    let some = try session.features(
      of: sample("digit-5-a"), layer: "relu1",
      options: FeatureOptions(channels: 3, strongestFirst: true)
    ).report
    let order = all.maps.sorted { ($1.mean, $0.channel) < ($0.mean, $1.channel) }
    #expect(some.maps.map(\.channel) == order.prefix(3).map(\.channel))
    #expect(some.total == all.total)
  }

  @Test("misspelt layers get close ones, flat layers what is wanted")
  func names() throws {
    let session = try session(Model.load("digits_cnn"))
    let unknown = #expect(throws: InceptError.self) {
      try session.features(of: sample("digit-5-a"), layer: "conf1")
    }
    #expect(unknown?.category == .usage && unknown?.hint?.contains("conv1") == true)
    let flat = #expect(throws: InceptError.self) {
      try session.features(of: sample("digit-5-a"), layer: "fc1")
    }
    #expect(flat?.expectation.contains("rows, columns and channels") == true)
    let names = session.model.featureLayers().layers.map(\.name)
    #expect(names.contains("conv1") && !names.contains("fc1"))
    let filters = #expect(throws: InceptError.self) { try session.model.filters(of: "relu1") }
    #expect(filters?.category == .usage)
  }

  /// A network of one convolution over NHWC pictures.
  private func network(channels: Int, groups: Int = 1, filters: Int = 4) throws -> (Model, [Float])
  {
    var random = RandomSource(seed: 5)
    let inputs = channels / groups
    let weights = (0..<(9 * inputs * filters)).map { _ in random.float(in: -1...1) }
    var graph = Graph(name: "one", axisOrder: .nhwc)
    let image = try graph.add(Input(TensorType([1, 8, 8, channels])), name: "image")
    let constant = try graph.add(
      Constant(HostTensor(shape: [3, 3, inputs, filters], floats: weights)), name: "w")
    let result = try graph.add(Conv2D(groups: groups), [image, constant], name: "conv")
    graph.outputs = [GraphOutput(name: "conv", value: result)]
    return (Model(graph), weights)
  }

  @Test("filters are the weights: in colour for three channels, else one by one")
  func filters() throws {
    let (colour, weights) = try network(channels: 3)
    let report = try colour.filters().report
    #expect(report.kind == .filters && report.shape == [3, 3, 3, 4] && report.maps.count == 4)
    for map in report.maps {
      let values = (0..<27).map { Double(weights[4 * $0 + map.channel]) }
      #expect(map.min == values.min() && map.max == values.max() && map.input == nil)
    }
    let (grey, ones) = try network(channels: 5)
    let slices = try grey.filters().report
    #expect(slices.maps.count == 20 && slices.total == 20)
    for map in slices.maps {
      let input = try #require(map.input)
      let values = (0..<9).map { Double(ones[($0 * 5 + input) * 4 + map.channel]) }
      #expect(map.min == values.min() && map.max == values.max())
    }
    let some = try grey.filters(options: FeatureOptions(channels: 3)).report
    #expect(some.maps.count == 3 && some.total == 20)
    let depthwise = try network(channels: 4, groups: 4).0.filters().report
    #expect(depthwise.maps.count == 4 && depthwise.maps.allSatisfy { $0.input == nil })
  }

  @Test("a network without convolutions has no filters, one without maps no layers")
  func none() throws {
    var graph = Graph(name: "flat")
    let input = try graph.add(Input(TensorType([1, 4])), name: "x")
    let result = try graph.add(Unary(.relu), [input], name: "y")
    graph.outputs = [GraphOutput(name: "y", value: result)]
    let model = Model(graph)
    #expect(throws: InceptError.self) { try model.filters() }
    #expect(model.featureLayers().layers.isEmpty)
  }
}
