import Foundation
import GraphIR
import ImportONNX
import ProtobufMessages
import Reference
import SwiftProtobuf
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("ONNX models become graphs")
struct ReadingTests {
  private typealias Make = ModelBuilder

  private func evaluate(
    _ model: Onnx_ModelProto, _ input: HostTensor
  ) throws -> ReferenceTensor {
    let graph = try Make.read(model).importGraph(shapes: ["x": input.shape]).graph
    return try #require(try ReferenceEvaluator.evaluate(graph, feeding: ["x": input])["y"])
  }

  @Test("nodes bear the names of the values they compute")
  func names() throws {
    let weights = Make.floats("w", [2, 1, 1, 1], [2, 3])
    let model = Make.model(
      [Make.node("Conv", ["x", "w"], ["conv"]), Make.node("Relu", ["conv"], ["y"])],
      inputs: [("x", [1, 1, 2, 2])], initializers: [weights])
    let graph = try Make.read(model).importGraph().graph
    #expect(graph.node(named: "conv")?.op.mnemonic == "conv2d")
    #expect(graph.node(named: "y")?.op.mnemonic == "relu")
    #expect(graph.node(named: "y")?.type.shape == [1, 2, 2, 2])
    let input = HostTensor(shape: [1, 1, 2, 2], floats: [1, -1, 2, 0])
    let result = try evaluate(model, input)
    #expect(result.shape == [1, 2, 2, 2])
    #expect(result.values == [2, 0, 4, 0, 3, 0, 6, 0])
  }

  @Test("shape arithmetic leaves constants, for every batch anew")
  func shapes() throws {
    let model = Make.model(
      [
        Make.node("Shape", ["x"], ["shape"]),
        Make.node("Gather", ["shape", "zero"], ["batch"]),
        Make.node("Concat", ["batch", "rest"], ["target"], [Make.int("axis", 0)]),
        Make.node("Reshape", ["x", "target"], ["y"]),
      ],
      inputs: [("x", [nil, 2, 3])],
      initializers: [Make.ints("zero", [0]), Make.ints("rest", [-1])])
    let read = try Make.read(model)
    for batch in [1, 4] {
      let graph = try read.importGraph(shapes: ["x": [batch, 2, 3]]).graph
      #expect(graph.type(of: graph.outputs[0].value).shape == [batch, 6])
      #expect(graph.nodeCount == 2)
    }
    #expect(try read.importGraph().graph.type(of: ValueID(NodeID(rawValue: 0))).shape == [1, 2, 3])
  }

  @Test("open extents other than the batch must be given")
  func openExtents() throws {
    let model = Make.model(
      [Make.node("Relu", ["x"], ["y"])], inputs: [("x", [nil, 3, nil])])
    let error = #expect(throws: InceptError.self) { try Make.read(model).importGraph() }
    #expect(error?.category == .usage)
    #expect(error?.expectation.contains("axis 2 ('d2')") == true)
    #expect(try Make.read(model).importGraph(shapes: ["x": [2, 3, 5]]).graph.nodeCount == 2)
  }

  @Test("everything that can't be expressed is told at once")
  func refusals() throws {
    let model = Make.model([
      Make.node("Einsum", ["x"], ["a"]), Make.node("Relu", ["a"], ["b"]),
      Make.node("NonMaxSuppression", ["b"], ["c"]),
      Make.node("Fancy", ["x"], ["d"], domain: "com.example"),
      Make.node("Einsum", ["x"], ["e"]), Make.node("Relu", ["e"], ["y"]),
    ])
    let error = #expect(throws: InceptError.self) { try Make.read(model).importGraph() }
    let text = try #require(error?.actual)
    #expect(text.contains("4 others"))
    #expect(text.contains("Einsum (opset 17) 'Einsum_a', 'Einsum_e'"))
    #expect(text.contains("NonMaxSuppression"))
    #expect(text.contains("com.example.Fancy"))
  }

  @Test("functions take the place of their calls, with their attributes")
  func functions() throws {
    var function = Onnx_FunctionProto()
    function.domain = "local"
    function.name = "Leaky"
    function.input = ["a"]
    function.output = ["c"]
    function.attribute = ["slope"]
    function.opsetImport = Make.model([]).opsetImport
    var reference = Onnx_AttributeProto()
    reference.name = "alpha"
    reference.refAttrName = "slope"
    reference.type = .float
    function.node = [
      Make.node("LeakyRelu", ["a"], ["b"], [reference]), Make.node("Neg", ["b"], ["c"]),
    ]
    var slope = Onnx_AttributeProto()
    slope.name = "slope"
    slope.f = 0.5
    slope.type = .float
    var model = Make.model([Make.node("Leaky", ["x"], ["y"], domain: "local", [slope])])
    model.functions = [function]
    let result = try evaluate(model, HostTensor(shape: [1, 2], floats: [-4, 3]))
    #expect(result.values == [2, -3])
  }
}
