import GraphIR
import Models
import Operators
import TensorCore
import TestSupport
import Testing

@Suite("Built-in architectures")
struct ArchitectureTests {
  /// What Keras's documentation says, and what torchvision's `state_dict` adds up to without its auxiliary head
  /// and counters; the digits: 160 + 4640 + 9248 + 4128 + 330.
  @Test(
    "take as many parameters as their frameworks say",
    arguments: [
      ("inception_v3:torchvision", 23_869_000), ("inception_v3:keras", 23_851_784),
      ("inception_resnet_v2", 55_873_736), ("resnet50_v2", 25_613_800),
      ("mobilenet_v1:1.0", 4_253_864), ("mobilenet_v1:0.75", 2_601_976),
      ("mobilenet_v1:0.5", 1_342_536), ("mobilenet_v1:0.25", 475_544), ("digits_cnn", 18_506),
      ("googlenet", 6_624_904 + 14_560), ("resnet50", 25_557_032 + 53_120),
    ])
  func parameterCounts(identifier: String, count: Int) throws {
    #expect(try ArchitectureCatalog.find(identifier).parameterCount == count)
  }

  /// torchvision counts what is trained: not the batch statistics. GoogLeNet's auxiliary heads have 6,379,984 more.
  @Test(
    "have as many trained parameters as torchvision documents",
    arguments: [("googlenet", 6_624_904), ("resnet50", 25_557_032)])
  func trainedParameters(identifier: String, count: Int) throws {
    let trained = try ArchitectureCatalog.find(identifier).parameters
      .filter { $0.role != .mean && $0.role != .variance }
    #expect(trained.reduce(0) { $0 + $1.shape.elementCount } == count)
  }

  @Test("have the shapes that torchvision's comments and the papers' tables say")
  func innerShapes() throws {
    let shapes: [String: [String: Shape]] = [
      "googlenet": [
        "conv1": [1, 112, 112, 64], "maxpool1": [1, 56, 56, 64], "conv3": [1, 56, 56, 192],
        "maxpool2": [1, 28, 28, 192], "inception3a": [1, 28, 28, 256],
        "inception3b": [1, 28, 28, 480], "maxpool3": [1, 14, 14, 480],
        "inception4a": [1, 14, 14, 512], "inception4d": [1, 14, 14, 528],
        "inception4e": [1, 14, 14, 832], "maxpool4": [1, 7, 7, 832],
        "inception5b": [1, 7, 7, 1024], "avgpool": [1, 1, 1, 1024],
        "inception3a.branch3.1.conv.weight": [3, 3, 16, 32],
      ],
      "resnet50": [
        "conv1": [1, 112, 112, 64], "maxpool": [1, 56, 56, 64], "layer1.2": [1, 56, 56, 256],
        "layer2.0.relu1": [1, 56, 56, 128], "layer2.0.relu2": [1, 28, 28, 128],
        "layer2.3": [1, 28, 28, 512], "layer3.5": [1, 14, 14, 1024], "layer4.2": [1, 7, 7, 2048],
      ],
    ]
    for (identifier, expected) in shapes {
      let architecture = try ArchitectureCatalog.find(identifier)
      let graph = try architecture.build(Self.synthetic(architecture), 1)
      for (name, shape) in expected {
        #expect(graph.node(named: name)?.type.shape == shape, "\(identifier) \(name)")
      }
    }
  }

  @Test(
    "build a graph that verifies, for any batch, with one named result",
    arguments: ArchitectureCatalog.all, [1, 3])
  func graphs(architecture: Architecture, batch: Int) throws {
    let graph = try architecture.build(Self.synthetic(architecture), batch)
    try graph.verify()
    #expect(graph.name == architecture.identifier)
    #expect(graph.axisOrder == architecture.input.axisOrder)
    #expect(graph.inputs.count == 1)
    let input = try #require(graph.node(named: architecture.input.name))
    #expect(input.type.shape == architecture.input.shape(batch: batch))
    #expect(graph.outputs.map(\.name) == [architecture.output])
    let classes = Labels.names(architecture.labels).count
    #expect(graph.type(of: graph.outputs[0].value).shape == [batch, classes])
  }

  /// torchvision publishes 5.713 G, the last layer's 2.048 M included; 1.498 G with 1.024 M and 4.089 G with 2.048 M.
  @Test(
    "multiply as often as published, in as many layers",
    arguments: [
      ("inception_v3:torchvision", 5_711_168_096, 94),
      ("inception_v3:keras", 5_711_168_096, 94), ("digits_cnn", 119_808, 3),
      ("googlenet", 1_497_352_192, 57), ("resnet50", 4_087_136_256, 53),
    ])
  func multiplyAdds(identifier: String, convolutions: Int, layers: Int) throws {
    let architecture = try ArchitectureCatalog.find(identifier)
    let graph = try architecture.build(Self.synthetic(architecture), 1)
    let found = graph.nodeIDs.filter { graph[$0].op is Conv2D }
    #expect(found.count == layers)
    #expect(found.reduce(0) { $0 + graph.cost(of: $1).multiplyAdds } == convolutions)
  }

  @Test("consist of the operators one expects")
  func operatorCensus() throws {
    func census(_ identifier: String) throws -> [String: Int] {
      let architecture = try ArchitectureCatalog.find(identifier)
      let graph = try architecture.build(Self.synthetic(architecture), 1)
      return graph.nodeIDs.reduce(into: [:]) { $0[graph[$1].op.mnemonic, default: 0] += 1 }
    }
    #expect(
      try census("inception_v3:torchvision") == [
        "input": 1, "transpose": 1, "mul": 1, "add": 1, "conv2d": 94, "batch_normalization": 94,
        "relu": 94, "max_pool": 4, "average_pool": 9, "concat": 15, "global_average_pool": 1,
        "dropout": 1, "flatten": 1, "dense": 1, "constant": 474,
      ])
    #expect(
      try census("googlenet") == [
        "input": 1, "transpose": 1, "mul": 1, "add": 1, "conv2d": 57, "batch_normalization": 57,
        "relu": 57, "max_pool": 13, "concat": 9, "global_average_pool": 1, "dropout": 1,
        "flatten": 1, "dense": 1, "constant": 289,
      ])
    #expect(
      try census("resnet50") == [
        "input": 1, "transpose": 1, "conv2d": 53, "batch_normalization": 53, "relu": 49,
        "max_pool": 1, "add": 16, "global_average_pool": 1, "flatten": 1, "dense": 1,
        "constant": 267,
      ])
    #expect(
      try census("inception_v3:keras") == [
        "input": 1, "conv2d": 94, "batch_normalization": 94, "relu": 94, "max_pool": 4,
        "average_pool": 9, "concat": 15, "global_average_pool": 1, "dense": 1, "softmax": 1,
        "constant": 472,
      ])
  }

  @Test("take other image sizes by giving the graph another input")
  func otherSizes() throws {
    let architecture = try ArchitectureCatalog.find("inception_v3")
    let graph = try architecture.build(Self.synthetic(architecture), 1)
    let small = try graph.rebinding(["input": TensorType([2, 3, 75, 75])])
    try small.verify()
    #expect(small.type(of: small.outputs[0].value).shape == [2, 1000])
  }

  @Test("pool as their frameworks do: torchvision counts padding, Keras does not")
  func pooling() throws {
    for (identifier, counts) in [("inception_v3:torchvision", true), ("inception_v3:keras", false)]
    {
      let architecture = try ArchitectureCatalog.find(identifier)
      let graph = try architecture.build(Self.synthetic(architecture), 1)
      let pools = graph.nodeIDs.compactMap { graph[$0].op as? Pool2D }
      #expect(pools.filter { $0.kind == .average }.allSatisfy { $0.countIncludePad == counts })
    }
  }

  @Test("are found by name, the default form first, and unknown names list what there is")
  func catalog() throws {
    #expect(try ArchitectureCatalog.find("inception_v3").identifier == "inception_v3:torchvision")
    #expect(
      ArchitectureCatalog.forms(of: "inception_v3").compactMap(\.form) == ["torchvision", "keras"])
    #expect(Set(ArchitectureCatalog.all.map(\.identifier)).count == ArchitectureCatalog.all.count)
    let error = #expect(throws: InceptError.self) { try ArchitectureCatalog.find("vgg16") }
    #expect(error?.category == .usage)
    #expect(error?.description.contains("inception_v3:keras") == true)
  }

  @Test("label their classes as ImageNet and the digits do")
  func labels() {
    let imagenet = Labels.names(.imagenet)
    #expect(imagenet.count == 1000)
    #expect(imagenet[285] == "Egyptian cat" && imagenet[967] == "espresso")
    #expect(Labels.names(.digits) == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
  }

  @Test("name official files by the start of their hash")
  func officialWeights() throws {
    for source in ArchitectureCatalog.all.flatMap(\.officialWeights) {
      #expect(source.url.hasPrefix("https://") && source.url.hasSuffix("/\(source.file)"))
      if let hash = source.checksum?.sha256Digits { #expect(source.file.contains("-\(hash).")) }
      if let hash = source.checksum?.md5Digits { #expect(hash.utf8.count == 32) }
    }
  }

  static func synthetic(_ architecture: Architecture) -> ParameterSet {
    SyntheticWeights(seed: 7).parameters(for: architecture)
  }
}
