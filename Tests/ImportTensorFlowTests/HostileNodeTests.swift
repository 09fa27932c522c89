import Foundation
import ImportTensorFlow
import Passes
import ProtobufMessages
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("TensorFlow nodes that ask for the impossible get an error, soon", .serialized)
struct HostileNodeTests {
  /// A node between the input `x` and the result `y`, with lists of whole numbers as its other inputs.
  struct Case: Sendable, CustomTestStringConvertible {
    let op: String
    var shape: [Int] = [1, 4, 4, 2]
    var integers: [[Int]] = []
    var floats: [[Int]] = []
    var attributes: [String: Tensorflow_AttrValue] = [:]
    /// Whether the constants come before the input.
    var isFirst = false

    var builder: GraphDefBuilder {
      var builder = GraphDefBuilder()
      builder.input("x", shape)
      var names: [String] = []
      for (index, shape) in floats.enumerated() {
        names.append("f\(index)")
        builder.constant("f\(index)", shape, [Float](repeating: 1, count: shape.reduce(1, *)))
      }
      for (index, values) in integers.enumerated() {
        names.append("i\(index)")
        builder.integers("i\(index)", values)
      }
      builder.node("y", op, isFirst ? names + ["x"] : ["x"] + names, attributes)
      return builder
    }

    var testDescription: String { "\(op) \(integers) \(floats) \(attributes.keys.sorted())" }
  }

  private static let large = Int(Int32.max)
  private static let window: [String: Tensorflow_AttrValue] = [
    "padding": .text("VALID"), "strides": .ints([1, 1, 1, 1]),
  ]

  private static func convolution(_ attributes: [String: Tensorflow_AttrValue]) -> Case {
    Case(op: "Conv2D", floats: [[3, 3, 2, 1]], attributes: window.merging(attributes) { $1 })
  }

  static let cases: [Case] = [
    Case(op: "Tile", integers: [[large, large, large, large]]),
    Case(op: "Tile", integers: [[-1, 1, 1, 1]]), Case(op: "Tile", integers: [[1]]),
    Case(op: "Reshape", integers: [[-1, -1]]), Case(op: "Reshape", integers: [[-2]]),
    Case(op: "Reshape", integers: [[large, large, large]]),
    Case(op: "Reshape", integers: [[7]]),
    Case(
      op: "Reshape", integers: [[Int]](repeating: [Int](repeating: 1, count: 100_000), count: 1)),
    Case(op: "Pad", integers: [[large, large, large, large, large, large, large, large]]),
    Case(op: "Pad", integers: [[-1]]), Case(op: "Transpose", integers: [[0, 0, 1, 2]]),
    Case(op: "Transpose", integers: [[large]]),
    Case(op: "Squeeze", attributes: ["squeeze_dims": .ints([.min])]),
    Case(op: "ExpandDims", integers: [[large]]), Case(op: "ExpandDims", integers: [[]]),
    Case(op: "ConcatV2", integers: [[large]]), Case(op: "ConcatV2", integers: [[]]),
    Case(op: "Concat", integers: [[large]], isFirst: true),
    Case(op: "Split", integers: [[large]], attributes: ["num_split": .int(.max)], isFirst: true),
    Case(op: "Split", integers: [[1]], attributes: ["num_split": .int(0)], isFirst: true),
    Case(op: "SplitV", integers: [[large, large], [1]], attributes: ["num_split": .int(2)]),
    Case(op: "Slice", integers: [[large, 0, 0, 0], [large, 1, 1, 1]]),
    Case(op: "Slice", integers: [[-1, 0, 0, 0], [1, 1, 1, 1]]),
    Case(op: "StridedSlice", integers: [[0], [1], [0]]),
    Case(op: "StridedSlice", integers: [[0, 0], [1], [1]]),
    Case(op: "GatherV2", integers: [[large], [0]]), Case(op: "GatherV2", integers: [[0], [large]]),
    Case(op: "Mean", integers: [[9]]), Case(op: "Mean", integers: [[large]]),
    Case(op: "ArgMax", integers: [[large]]),
    Case(op: "Fill", integers: [[large, large, large]], isFirst: true),
    Case(op: "Range", integers: [[large], [1]]),
    Case(op: "ResizeBilinear", integers: [[large, large]]),
    Case(op: "ResizeNearestNeighbor", integers: [[0, -1]]),
    Case(op: "DepthToSpace", attributes: ["block_size": .int(.max)]),
    Case(op: "SpaceToDepth", attributes: ["block_size": .int(0)]),
    Case(op: "SpaceToBatchND", integers: [[large, large], [0, 0, 0, 0]]),
    Case(op: "BatchToSpaceND", integers: [[0, 0], [0, 0, 0, 0]]),
    convolution(["dilations": .ints([1, .max, .max, 1])]),
    convolution(["dilations": .ints([1, 0, 0, 1])]),
    convolution(["strides": .ints([1, .max, 0, 1])]),
    convolution(["strides": .ints([2, 1, 1, 2])]), convolution(["padding": .text("SIDEWAYS")]),
    convolution(["data_format": .text("NC")]), convolution(["padding": .int(1)]),
    convolution([
      "padding": .text("EXPLICIT"),
      "explicit_paddings": .ints([0, 0, .max, .max, .max, .max, 0, 0]),
    ]),
    Case(op: "Conv2D", floats: [[3, 3, 3, 1]], attributes: window),
    Case(op: "Conv2D", floats: [[0, 0, 2, 1]], attributes: window),
    Case(op: "Conv2D", floats: [[9]], attributes: window),
    Case(op: "DepthwiseConv2dNative", floats: [[3, 3, 5, 1]], attributes: window),
    Case(op: "BiasAdd", floats: [[3]]), Case(op: "MatMul", floats: [[3, 3]]),
    Case(
      op: "FusedBatchNormV3", floats: [[2], [2], [2], [3]],
      attributes: ["is_training": .flag(false)]),
  ]

  @Test("a node that can't be", arguments: cases)
  func node(_ given: Case) {
    let builder = given.builder
    Attack.refused(given.testDescription) { _ = try builder.imported() }
  }

  @Test("values that double with every node")
  func doubling() {
    for (what, isConstant) in [("of an input", false), ("of a constant", true)] {
      var builder = GraphDefBuilder()
      builder.input("x", [2])
      builder.constant("c", [2], [1, 2])
      builder.integers("axis", [0], shape: [])
      builder.node("v0", "Identity", [isConstant ? "c" : "x"])
      for index in 0..<62 {
        builder.node(
          "v\(index + 1)", "ConcatV2", ["v\(index)", "v\(index)", "axis"], ["N": .int(2)])
      }
      Attack.refused("concats \(what)") { _ = try builder.imported() }
      builder.graph.node.removeLast(62)
      builder.integers("n", [1 << 24, 1 << 24])
      builder.node("y", "Reshape", ["v0", "n"])
      Attack.refused("a reshape \(what)") { _ = try builder.imported() }
    }
    // Whole numbers are computed while importing: a list of them grows to 2^31 in 27 nodes.
    var builder = GraphDefBuilder()
    builder.input("x", [1])
    builder.integers("v0", [Int](repeating: 1, count: 16))
    builder.integers("axis", [0], shape: [])
    for index in 0..<27 {
      builder.node(
        "v\(index + 1)", "ConcatV2", ["v\(index)", "v\(index)", "axis"], ["N": .int(2)])
    }
    builder.node("y", "Reshape", ["x", "v27"])
    Attack.refused("lists of whole numbers") { _ = try builder.imported() }
  }

  @Test("constants as small as a byte that decode to many values")
  func expansion() throws {
    let ones = Array(repeating: UInt8(1), count: 30_000_000)
    func file(_ tensor: [UInt8]) -> [UInt8] {
      let value = WireBytes.field(8, WireBytes.field(1, UInt64(3)) + tensor)
      let entry = WireBytes.field(1, "value") + WireBytes.field(2, value)
      return WireBytes.field(
        1, WireBytes.field(1, "c") + WireBytes.field(2, "Const") + WireBytes.field(5, entry))
    }
    func times(_ count: Int, _ bytes: [UInt8]) -> [UInt8] {
      var all: [UInt8] = []
      for _ in 0..<count { all += bytes }
      return all
    }
    for (what, bytes) in [
      ("packed numbers", file(WireBytes.field(7, ones))),
      ("packed truths", file(WireBytes.field(11, ones))),
      ("empty texts", file(times(5_000_000, WireBytes.field(8, [])))),
      ("empty extents", file(WireBytes.field(2, times(3_000_000, WireBytes.field(2, []))))),
      ("empty nodes", times(3_000_000, WireBytes.field(1, []))),
      ("empty functions", WireBytes.field(2, times(3_000_000, WireBytes.field(1, [])))),
      (
        "empty inputs",
        WireBytes.field(
          1,
          WireBytes.field(1, "a") + WireBytes.field(2, "b")
            + times(5_000_000, WireBytes.field(3, [])))
      ),
      ("nested types", WireBytes.field(1, WireBytes.nested([2, 10, 2, 5], depth: 200_000))),
    ] {
      Attack.survived(what) {
        _ = try TensorFlowModel.importGraph(MappedFile(copying: bytes, name: "x.pb"))
      }
    }
  }

  /// Every operation there is.
  private static let operations = """
    Abs Add AddN AddV2 AvgPool BatchMatMul BatchMatMulV2 BatchMatMulV3 BatchNormWithGlobalNormalization BiasAdd
    BiasAddV1 Cast CheckNumerics ClipByValue Concat ConcatV2 Const Conv2D DepthwiseConv2dNative Div Elu EnsureShape
    Erf Exp ExpandDims Fill FloorDiv FloorMod FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 Gather GatherV2
    Identity IdentityN Inv LRN LeakyRelu Log LogSoftmax MatMul Max MaxPool MaxPoolV2 Maximum Mean Minimum MirrorPad
    Mul Neg Pack Pad PadV2 PartitionedCall Placeholder PlaceholderV2 PlaceholderWithDefault PreventGradient Prod
    Range Rank RealDiv Reciprocal Relu Relu6 Reshape Rsqrt Selu Shape ShapeN Sigmoid Size Slice Snapshot Softmax
    Softplus Softsign Split SplitV Sqrt Square SquaredDifference Squeeze StatefulPartitionedCall StopGradient
    StridedSlice Sub Sum Tanh Transpose TruncateDiv Unpack
    """.split(whereSeparator: \.isWhitespace).map(String.init)

  @Test("operations with any number of inputs of any rank, and no attributes")
  func inputCounts() throws {
    for op in Self.operations {
      Attack.survived(op) {
        for count in 0...6 {
          for rank in 0...5 {
            for name in ["x", "c", "i"] {
              var builder = GraphDefBuilder()
              builder.input("x", [Int](repeating: 2, count: rank))
              builder.constant(
                "c", [Int](repeating: 2, count: rank), [Float](repeating: 1, count: 1 << rank))
              builder.integers("i", [1, 2])
              builder.node("y", op, [String](repeating: name, count: count))
              _ = try? builder.imported()
            }
          }
        }
      }
    }
  }

  @Test("results by the thousand")
  func manyResults() {
    var builder = GraphDefBuilder()
    builder.input("x", [1])
    for index in 0..<20_000 { builder.node("y\(index)", "Relu", ["x"]) }
    Attack.survived("results") { _ = try builder.imported() }
  }

  @Test("control inputs of nobody and of oneself are nobody's business")
  func controlInputs() throws {
    var builder = GraphDefBuilder()
    builder.input("x", [1])
    builder.node("y", "Relu", ["x", "^nobody", "^y", "^"])
    #expect(try builder.imported().nodeCount == 2)
  }

  @Test("attributes of another kind than the operation's")
  func kinds() {
    let values: [Tensorflow_AttrValue] = [
      .int(1), .text("x"), .flag(true), .number(1), .type(.dtFloat), .ints([1]), .shape([1]),
      .tensor(.dtFloat, []), .function("f"), .init(),
    ]
    for (op, name) in [
      ("Placeholder", "shape"), ("Placeholder", "dtype"), ("Const", "value"), ("Cast", "DstT"),
      ("PartitionedCall", "f"),
    ] {
      for value in values {
        var builder = GraphDefBuilder()
        builder.node("x", op, op == "Cast" ? ["i"] : [], [name: value])
        builder.input("i", [1])
        builder.node("y", "Relu", ["x"])
        Attack.survived("\(op) with \(value)") { _ = try builder.imported() }
      }
    }
  }
}
