import Foundation
import GraphIR
import Operators
import ProtobufMessages
import Reference
import TensorCore
import TestSupport
import Testing

@Suite("Forms in which TensorFlow writes graphs")
struct FormTests {
  private static func added(
    _ type: Tensorflow_DataType, _ shape: [Int],
    _ fill: (inout Tensorflow_TensorProto) -> Void
  ) throws -> [Double] {
    var builder = GraphDefBuilder()
    builder.input("x", [3])
    builder.node("c", "Const", [], ["value": .tensor(type, shape, fill)])
    builder.node("f", "Cast", ["c"], ["SrcT": .type(type), "DstT": .type(.dtFloat)])
    builder.node("y", "AddV2", ["x", "f"])
    let x = HostTensor(shape: [3], floats: [0, 0, 0])
    return try #require(builder.evaluated(["x": x])["y"]).values
  }

  @Test("the last of the listed values is repeated, none are zeros, too many are cut")
  func repetition() throws {
    #expect(try Self.added(.dtFloat, [3]) { $0.floatVal = [2, 5] } == [2, 5, 5])
    #expect(try Self.added(.dtFloat, [3]) { $0.floatVal = [7] } == [7, 7, 7])
    #expect(try Self.added(.dtFloat, [3]) { _ in } == [0, 0, 0])
    #expect(try Self.added(.dtFloat, [3]) { $0.floatVal = [1, 2, 3, 4] } == [1, 2, 3])
    #expect(try Self.added(.dtDouble, [3]) { $0.doubleVal = [0.5, -1] } == [0.5, -1, -1])
    #expect(try Self.added(.dtHalf, [3]) { $0.halfVal = [0x3C00, 0xC000] } == [1, -2, -2])
    #expect(try Self.added(.dtBfloat16, [3]) { $0.halfVal = [0x3F80] } == [1, 1, 1])
    #expect(try Self.added(.dtInt32, [3]) { $0.intVal = [4, -1] } == [4, -1, -1])
    #expect(try Self.added(.dtInt64, []) { $0.int64Val = [9] } == [9, 9, 9])
    #expect(try Self.added(.dtBool, [3]) { $0.boolVal = [true, false] } == [1, 0, 0])
    #expect(
      try Self.added(.dtInt64, [3]) {
        $0.tensorContent = [Int64(1), -2, 3].withUnsafeBytes { Data($0) }
      } == [1, -2, 3])
  }

  @Test(
    "control inputs, and what the results don't need, are ignored, be it unsupported or damaged")
  func ignored() throws {
    var builder = GraphDefBuilder()
    builder.input("x", [2])
    builder.node("gradient", "MadeUpGradient", ["x", "nobody"])
    builder.node("save", "SaveV2", ["gradient"])
    builder.node("init", "NoOp", ["^save", "^nowhere"])
    builder.input("keep_prob", [])
    builder.node("y", "Relu", ["x", "^init", "^gone"])
    builder.node("done", "NoOp", ["^y"])
    let graph = try builder.imported()
    #expect(graph.outputs.map(\.name) == ["y"])
    #expect(graph.inputs.map { graph[$0].name } == ["x"])
  }

  @Test("results are nodes that nobody reads, in the file's order, or those asked for")
  func results() throws {
    var builder = GraphDefBuilder()
    builder.node("z", "Relu", ["y:0"])
    builder.input("x", [2, 4])
    builder.integers("axis", [1], shape: [])
    builder.node("parts", "Split", ["axis", "x"], ["num_split": .int(2)])
    builder.node("y", "Sigmoid", ["parts:1"])
    builder.node("a", "Tanh", ["parts"])
    #expect(try builder.imported().outputs.map(\.name) == ["z", "a"])
    #expect(
      try builder.imported(outputs: ["parts:1", "y:0"]).outputs.map(\.name) == ["parts:1", "y:0"])
    let graph = try builder.imported()
    #expect(graph.node(named: "parts:1")?.op is Slice)
    for name in ["nobody", "y:x", "y:0:0", ""] {
      let error = #expect(throws: InceptError.self) { try builder.imported(outputs: [name]) }
      #expect(error?.category == .usage)
    }
  }

  @Test("constants have the names of the nodes that hand them on")
  func constantsThroughIdentities() throws {
    var builder = GraphDefBuilder()
    builder.input("x", [1, 2])
    builder.constant("w/resource", [2, 3], [1, 2, 3, 4, 5, 6])
    builder.node("w", "Identity", ["w/resource"])
    builder.node("y", "MatMul", ["x", "w"])
    let graph = try builder.imported()
    #expect(graph.node(named: "y")?.op is Dense)
    #expect(graph.node(named: "w")?.op is Constant)
  }

  @Test("a placeholder's default of one number is taken, a larger one is an input")
  func defaults() throws {
    var builder = GraphDefBuilder()
    builder.constant("zeros", [2], [0, 0])
    builder.node("x", "PlaceholderWithDefault", ["zeros"], ["shape": .shape([-1])])
    builder.constant("two", [], [2])
    builder.node("rate", "PlaceholderWithDefault", ["two"], ["shape": .shape([])])
    builder.node("y", "Mul", ["x", "rate"])
    let x = HostTensor(shape: [3], floats: [1, 2, 3])
    #expect(try builder.evaluated(["x": x])["y"]?.values == [2, 4, 6])
  }

  @Test("the functions of TensorFlow 1 are called by their names")
  func legacyFunctions() throws {
    var builder = GraphDefBuilder()
    builder.input("x", [2])
    builder.node("call", "Twice", ["x"])
    builder.node("y", "Neg", ["call:1"])
    builder.graph.library.function = [
      .with {
        $0.signature.name = "Twice"
        $0.signature.inputArg = [.with { $0.name = "v" }]
        $0.signature.outputArg = [.with { $0.name = "same" }, .with { $0.name = "sum" }]
        $0.nodeDef = [GraphDefBuilder.node("s", "Add", ["v", "v"])]
        $0.ret = ["same": "v", "sum": "s:z:0"]
      }
    ]
    let x = HostTensor(shape: [2], floats: [1, 2])
    #expect(try builder.evaluated(["x": x])["y"]?.values == [-2, -4])
    #expect(try builder.imported().node(named: "call/s") != nil)
  }

  @Test("the batch normalisation of 2015")
  func oldBatchNorm() throws {
    var builder = GraphDefBuilder()
    builder.input("x", [1, 1, 1, 2])
    for (name, values) in [("m", [1, 2]), ("v", [3, 8]), ("b", [5, 6]), ("g", [2, 3])] {
      builder.constant(name, [2], values.map { Float($0) })
    }
    for scales in [true, false] {
      var copy = builder
      copy.node(
        "y", "BatchNormWithGlobalNormalization", ["x", "m", "v", "b", "g"],
        ["variance_epsilon": .number(1), "scale_after_normalization": .flag(scales)])
      let x = HostTensor(shape: [1, 1, 1, 2], floats: [3, 5])
      let values = try #require(copy.evaluated(["x": x])["y"]).values
      #expect(values == (scales ? [7, 9] : [6, 7]))
    }
  }

  @Test("grouped convolutions are told by their filters")
  func groups() throws {
    var builder = GraphDefBuilder()
    builder.input("x", [1, 1, 1, 4])
    builder.constant("w", [1, 1, 2, 2], [1, 10, 2, 20])
    builder.node(
      "y", "Conv2D", ["x", "w"],
      ["strides": .ints([1, 1, 1, 1]), "padding": .text("VALID")])
    let x = HostTensor(shape: [1, 1, 1, 4], floats: [1, 2, 3, 4])
    #expect(try builder.evaluated(["x": x])["y"]?.values == [5, 110])
  }

  @Test("open rows and columns are 224 until others are fed; what depends on them is refused")
  func openExtents() throws {
    var builder = GraphDefBuilder()
    builder.input("x", [-1, -1, -1, 3])
    builder.node("s", "Shape", ["x"])
    builder.node("y", "Reshape", ["x", "s"])
    let graph = try builder.imported()
    #expect(graph.type(of: graph.outputs[0].value).shape == [1, 224, 224, 3])
    #expect(try builder.imported(["x": [2, 5, 6, 3]]).inputs.count == 1)
    builder.node("z", "Fill", ["s", "x"])
    let error = #expect(throws: InceptError.self) { try builder.imported() }
    #expect(error?.actual?.contains("leaves open") == true)
    let wrong = #expect(throws: InceptError.self) { try builder.imported(["x": [2, 5, 6, 4]]) }
    #expect(wrong?.category == .usage)
  }
}
