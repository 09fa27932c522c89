import Foundation
import GraphIR
import ImportTensorFlow
import Operators
import Passes
import Reference
import TensorCore
import TestSupport
import Testing
import WireFormats

/// The graphs of `tools/oracles/tensorflow_ops.py`.
@Suite("Imported TensorFlow graphs compute what TensorFlow computes")
struct OracleTests {
  @Test(
    "every result of every case, as imported and after all passes",
    arguments: [
      "activations", "arithmetic", "constants", "convolutions", "functions", "movement",
      "normalisation", "pools", "products", "shapes", "reductions", "enlarging",
    ])
  func agrees(name: String) throws {
    let expected = try OracleCase(name)
    let graph = try expected.imported(expected.inputs.mapValues(\.shape))
    try graph.verify()
    try expected.check(graph)
    try expected.check(PassPipeline().run(graph).graph)
  }

  @Test("a graph with an open batch is imported for one and takes others")
  func openBatch() throws {
    let expected = try OracleCase("shapes")
    let graph = try expected.imported()
    let input = try #require(graph.inputs.first)
    #expect(graph[input].type.shape == [1, 4, 2, 5])
    try expected.check(graph.rebinding(expected.inputs.mapValues { TensorType($0.shape) }))
  }

  @Test("nodes keep their names, those of functions with their calls before them")
  func names() throws {
    let graph = try OracleCase("functions").imported()
    #expect(graph.nodeIDs.contains { graph[$0].name.hasSuffix("/Relu") })
    let split = graph.nodeIDs.map { graph[$0].name }.filter { $0.hasSuffix("/split:1") }
    #expect(split.count == 3, "\(graph.nodeIDs.map { graph[$0].name })")
  }
}

/// One graph with what TensorFlow computes.
struct OracleCase {
  let inputs: [String: HostTensor]
  let outputs: [String: HostTensor]
  private let name: String

  init(_ name: String) throws {
    self.name = name
    let data = try Data(contentsOf: Self.folder.appendingPathComponent(name + ".json"))
    let expected = try JSONDecoder().decode(Expected.self, from: data)
    inputs = expected.inputs.mapValues(\.tensor)
    outputs = expected.outputs.mapValues(\.tensor)
  }

  static let folder = Fixtures.package.appendingPathComponent(
    "Tests/ImportTensorFlowTests/Fixtures")

  /// The graph, for inputs of the given shapes.
  func imported(_ shapes: [String: Shape] = [:]) throws -> Graph {
    let file = try MappedFile(path: Self.folder.appendingPathComponent(name + ".pb").path)
    return try TensorFlowModel.importGraph(file, inputShapes: shapes).graph
  }

  /// Compares all results; those are the nodes that nobody reads.
  func check(_ graph: Graph) throws {
    #expect(Set(graph.outputs.map(\.name)) == Set(outputs.keys), "\(name)")
    let found = try ReferenceEvaluator.evaluate(graph, feeding: inputs)
    for (key, wanted) in outputs {
      let value = try #require(found[key], "\(name): \(key)")
      #expect(value.shape == wanted.shape, "\(name): \(key)")
      guard value.shape == wanted.shape else { continue }
      let complaint = Tolerance.close.mismatch(value.values, reference: wanted.floats())
      #expect(complaint == nil, "\(name): \(key)")
    }
  }

  private struct Expected: Decodable {
    let inputs: [String: Packed]
    let outputs: [String: Packed]
  }

  private struct Packed: Decodable {
    let shape: [Int]
    let data: Data

    var tensor: HostTensor {
      let floats = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      return HostTensor(shape: Shape(shape), floats: floats)
    }
  }
}
