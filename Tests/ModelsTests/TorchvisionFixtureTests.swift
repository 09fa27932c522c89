import Foundation
import GraphIR
import Models
import Operators
import TensorCore
import TestSupport
import Testing
import WireFormats

// The shared fixtures are no part of the repository; without them these tests are skipped.
@Suite("torchvision's Inception V3", .enabled(if: Fixtures.available))
struct TorchvisionFixtureTests {
  @Test("takes the file's parameters, in its order")
  func parameters() throws {
    let architecture = try ArchitectureCatalog.find("inception_v3:torchvision")
    let file = try Self.file()
    let used = file.entries.filter { !architecture.ignores($0.name) }
    #expect(
      used.map { "\($0.name) \($0.tensor.shape)" }
        == architecture.parameters.map { "\($0.name) \($0.shape)" })
    let elements = file.entries.filter { $0.tensor.elementType == .float32 }
      .reduce(0) { $0 + $1.tensor.elementCount }
    #expect(elements == 27_161_264 + Self.statistics(file))
  }

  @Test("is recognised from the file")
  func recognised() throws {
    #expect(
      try ArchitectureCatalog.recognise(Self.values()).identifier == "inception_v3:torchvision")
  }

  @Test("has a node for every module, of the module's shape")
  func modules() throws {
    let architecture = try ArchitectureCatalog.find("inception_v3:torchvision")
    let graph = try architecture.build(Self.values(), 1)
    let reference = try InceptionReference.torchvision()
    #expect(reference.activations.count == 297)
    for (name, activation) in reference.activations {
      let node = try #require(graph.node(named: name), "\(name)")
      let shape = node.type.shape
      let channelsFirst = shape.rank == 4 ? [shape[3], shape[1], shape[2]] : [shape[1]]
      #expect(channelsFirst == activation.shape, "\(name)")
    }
  }

  @Test(
    "translates weights to the engine's layout",
    arguments: [
      "Conv2d_1a_3x3.conv.weight", "Conv2d_3b_1x1.conv.weight",
      "Mixed_6b.branch7x7_2.conv.weight", "Mixed_7b.branch3x3dbl_2.conv.weight", "fc.weight",
    ])
  func layouts(name: String) throws {
    let values = try Self.values()
    let graph = try ArchitectureCatalog.find("inception_v3").build(values, 1)
    let tensor = try #require(values[name])
    let constant = try #require((graph.node(named: name)?.op as? Constant)?.tensor)
    let expected = tensor.permuted(tensor.shape.rank == 4 ? [2, 3, 1, 0] : [1, 0])
    #expect(constant.shape == expected.shape)
    #expect(constant.floats() == expected.floats())
  }

  @Test("shares parameters that need no translation with the file")
  func inPlace() throws {
    let values = try Self.values()
    let graph = try ArchitectureCatalog.find("inception_v3").build(values, 1)
    let name = "Mixed_5b.branch1x1.bn.running_mean"
    #expect((graph.node(named: name)?.op as? Constant)?.tensor == values[name])
  }

  static func file() throws -> NamedTensors {
    try TorchFile.read(
      path: Fixtures.unpacked("models/inception_v3_torchvision.pth.xz").path)
  }

  static func values() throws -> ParameterSet {
    let file = try file()
    return ParameterSet(
      source: file.source,
      tensors: Dictionary(file.entries.map { ($0.name, $0.tensor) }) { first, _ in first })
  }

  /// Elements of running statistics, which torch does not count as parameters.
  private static func statistics(_ file: NamedTensors) -> Int {
    file.entries.filter { $0.name.contains(".running_") }
      .reduce(0) { $0 + $1.tensor.elementCount }
  }
}
