import Foundation
import ImportONNX
import Passes
import ProtobufMessages
import TensorCore
import TestSupport
import Testing

/// Models whose nodes are sound one by one.
@Suite("ONNX graphs that ask for the impossible get an error, soon", .serialized)
struct HostileGraphTests {
  private typealias Make = ModelBuilder

  @Test("results by the thousand")
  func manyResults() {
    let names = (0..<20_000).map { "y\($0)" }
    Attack.survived("results") {
      _ = try Make.read(
        Make.model(names.map { Make.node("Relu", ["x"], [$0]) }, outputs: names)
      ).importGraph()
    }
    Attack.refused("results, the last twice") {
      _ = try Make.read(
        Make.model(
          names.map { Make.node("Relu", ["x"], [$0]) }, outputs: names + names.suffix(1))
      ).importGraph()
    }
  }

  @Test("operator sets that there aren't", arguments: [0, -1, 29, .max, .min] as [Int64])
  func operatorSets(version: Int64) {
    let model = Make.model([Make.node("Relu", ["x"], ["y"])], opset: version)
    Attack.refused("opset \(version)") { _ = try Make.read(model).importGraph() }
  }

  @Test("names that are used twice, and names of nothing")
  func names() {
    let weight = Make.floats("w", [1, 2], [1, 2])
    for (what, model) in [
      (
        "an output called as an input",
        Make.model([Make.node("Relu", ["x"], ["x"])], outputs: ["x"])
      ),
      (
        "an output called as a weight",
        Make.model([Make.node("Relu", ["x"], ["w"])], outputs: ["w"], initializers: [weight])
      ),
      (
        "an output twice in a node",
        Make.model([Make.node("Split", ["x"], ["y", "y"], [Make.int("axis", 1)])])
      ),
      ("no name for what is computed", Make.model([Make.node("Relu", ["x"], [""])])),
      ("a result that nobody computes", Make.model([Make.node("Relu", ["x"], ["z"])])),
      ("an input of no name", Make.model([Make.node("Relu", [""], ["y"])])),
      (
        "two inputs of one name",
        Make.model([Make.node("Relu", ["x"], ["y"])], inputs: [("x", [2]), ("x", [3])])
      ),
    ] {
      Attack.refused(what) { _ = try Make.read(model).importGraph() }
    }
  }

  @Test("values that double with every node")
  func doubling() {
    let names = (0...62).map { "v\($0)" }
    func chain(_ node: (String, String) -> Onnx_NodeProto) -> [Onnx_NodeProto] {
      zip(names, names.dropFirst()).map(node) + [Make.node("Relu", ["v62"], ["y"])]
    }
    let concat = chain { Make.node("Concat", [$0, $0], [$1], [Make.int("axis", 0)]) }
    let tile = chain { Make.node("Tile", [$0, "two"], [$1]) }
    let start = Make.node("Relu", ["x"], ["v0"])
    let constant = Make.node("Identity", ["w"], ["v0"])
    let weights = [Make.ints("two", [2]), Make.floats("w", [2], [1, 2])]
    for (what, nodes) in [
      ("concats", [start] + concat), ("tiles", [start] + tile),
      ("concats of a constant", [constant] + concat), ("tiles of a constant", [constant] + tile),
    ] {
      Attack.refused(what) {
        _ = try Make.read(Make.model(nodes, inputs: [("x", [2])], initializers: weights))
          .importGraph()
      }
    }
  }

  @Test("constants that would take long to compute are left to the device")
  func foldingTakesLong() {
    let fill = Make.node("ConstantOfShape", ["s"], ["c0"])
    let products = (0..<20).map { Make.node("MatMul", ["c\($0)", "c\($0)"], ["c\($0 + 1)"]) }
    let model = Make.model(
      [fill] + products + [Make.node("Add", ["x", "c20"], ["y"])], inputs: [("x", [1])],
      initializers: [Make.ints("s", [2048, 2048])])
    Attack.survived("products of constants") {
      _ = try PassPipeline().run(try Make.read(model).importGraph().graph)
    }
  }

  @Test("functions that call two others at every level, and calls without inputs")
  func functions() {
    func function(_ index: Int) -> Onnx_FunctionProto {
      .with {
        $0.domain = "local"
        $0.name = "F\(index)"
        $0.input = ["a"]
        $0.output = ["c"]
        $0.opsetImport = Make.model([]).opsetImport
        $0.node = [
          Make.node("F\(index + 1)", ["a"], ["b"], domain: "local"),
          Make.node("F\(index + 1)", ["b"], ["c"], domain: "local"),
        ]
      }
    }
    var model = Make.model([Make.node("F0", ["x"], ["y"], domain: "local")])
    model.functions = (0..<30).map(function)
    model.functions.append(
      .with {
        $0.domain = "local"
        $0.name = "F30"
        $0.input = ["a"]
        $0.output = ["c"]
        $0.node = [Make.node("Relu", ["a"], ["c"])]
      })
    Attack.refused("2^30 calls") { _ = try Make.read(model).importGraph() }
    model.graph.node = [Make.node("F30", [], ["y"], domain: "local")]
    Attack.refused("a call without inputs") { _ = try Make.read(model).importGraph() }
    model.graph.node = [Make.node("F30", ["x", "x", "x"], ["y"], domain: "local")]
    Attack.survived("a call with more inputs") { _ = try Make.read(model).importGraph() }
    model.graph.node = [Make.node("F30", ["x"], ["y", "z"], domain: "local")]
    Attack.survived("a call with more outputs") { _ = try Make.read(model).importGraph() }
  }

  @Test("long chains take neither stack nor long")
  func chains() throws {
    let count = 50_000
    let nodes = (0..<count).map { Make.node("Relu", ["v\($0)"], ["v\($0 + 1)"]) }
    let model = Make.model(
      [Make.node("Relu", ["x"], ["v0"])] + nodes + [Make.node("Relu", ["v\(count)"], ["y"])])
    #expect(try Make.read(model).importGraph().graph.nodeCount == count + 3)
    var reversed = model
    reversed.graph.node.reverse()
    Attack.refused("nodes before what they need") { _ = try Make.read(reversed).importGraph() }
  }
}
