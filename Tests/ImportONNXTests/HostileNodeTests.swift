import Foundation
import ImportONNX
import Passes
import ProtobufMessages
import TensorCore
import TestSupport
import Testing

/// Models whose wire form is sound and whose nodes are not.
@Suite("ONNX nodes that ask for the impossible get an error, soon", .serialized)
struct HostileNodeTests {
  private typealias Make = ModelBuilder

  /// A node between the input `x` and the output `y`, with constants as its other inputs.
  struct Case: Sendable, CustomTestStringConvertible {
    let op: String
    var shape: [Int] = [1, 2, 4, 4]
    var weights: [Onnx_TensorProto] = []
    var attributes: [Onnx_AttributeProto] = []
    var opset: Int64 = 18

    var model: Onnx_ModelProto {
      Make.model(
        [Make.node(op, ["x"] + weights.map(\.name), ["y"], attributes)],
        inputs: [("x", shape)], initializers: weights, opset: opset)
    }

    var testDescription: String {
      "\(op) \(weights.map { $0.int64Data }) \(attributes.map(\.name))"
    }
  }

  private static func ints(_ name: String, _ values: [Int64]) -> Onnx_AttributeProto {
    .with {
      $0.name = name
      $0.ints = values
      $0.type = .ints
    }
  }

  private static func text(_ name: String, _ value: String) -> Onnx_AttributeProto {
    .with {
      $0.name = name
      $0.s = Data(value.utf8)
      $0.type = .string
    }
  }

  private static func weight(_ shape: [Int64]) -> Onnx_TensorProto {
    Make.floats("w", shape, [Float](repeating: 1, count: Int(shape.reduce(1, *))))
  }

  private static func scalar(_ name: String, _ value: Int64) -> Onnx_TensorProto {
    var tensor = Make.ints(name, [value])
    tensor.dims = []
    return tensor
  }

  private static let huge: Int64 = 1 << 62
  private static let kernel = weight([3, 2, 3, 3])

  /// Windows, strides and groups that no convolution and no pool has.
  private static let windows: [Case] =
    [
      ints("pads", [huge, huge, huge, huge]), ints("pads", [-9, -9, -9, -9]), ints("pads", [1]),
      ints("strides", [0, 0]), ints("strides", [-1, 1]),
      ints("dilations", [huge, huge]), ints("dilations", [0, 1]), ints("kernel_shape", [7, 7]),
      ints("kernel_shape", [3]), text("auto_pad", "SIDEWAYS"), Make.int("group", 0),
      Make.int("group", -1), Make.int("group", 1 << 31), Make.int("group", 3),
    ].map { Case(op: "Conv", weights: [kernel], attributes: [$0]) }
    + [
      ints("kernel_shape", [huge, huge]), ints("kernel_shape", [0, 0]),
      ints("kernel_shape", [-1, -1]), ints("kernel_shape", []), ints("kernel_shape", [1 << 31, 1]),
    ].flatMap { kernel in
      ["MaxPool", "AveragePool", "LpPool"].map { Case(op: $0, attributes: [kernel]) }
    }
    + [
      [ints("kernel_shape", [2, 2]), ints("pads", [huge, 0, 0, huge])],
      [ints("kernel_shape", [2, 2]), ints("strides", [0, huge])],
      [ints("kernel_shape", [2, 2]), ints("dilations", [huge, huge])],
    ].map { Case(op: "MaxPool", attributes: $0) }
    + [
      Case(
        op: "ConvTranspose", weights: [weight([2, 3, 3, 3])],
        attributes: [ints("strides", [1 << 31, 1 << 31])]),
      Case(
        op: "ConvTranspose", weights: [weight([2, 3, 3, 3])],
        attributes: [ints("output_shape", [huge, huge])]),
      Case(
        op: "ConvTranspose", weights: [weight([2, 3, 3, 3])],
        attributes: [ints("output_padding", [huge, huge])]),
      Case(op: "LRN", attributes: [Make.int("size", huge)]),
      Case(op: "LRN", attributes: [Make.int("size", 0)]),
      Case(op: "Conv"), Case(op: "Conv", weights: [weight([3])]),
    ]

  /// Values of 2^31 elements and more, axes and counts that aren't there.
  private static let movement: [Case] = [
    Case(op: "Expand", weights: [Make.ints("s", [1 << 31, 1 << 31, 1, 2, 4, 4])]),
    Case(op: "Expand", weights: [Make.ints("s", [-1])]),
    Case(op: "Expand", weights: [Make.ints("s", [3, 3])]),
    Case(op: "Tile", weights: [Make.ints("s", [1 << 31, 1 << 31, 1, 1])]),
    Case(op: "Tile", weights: [Make.ints("s", [huge, huge, huge, huge])]),
    Case(op: "Tile", weights: [Make.ints("s", [-1, 1, 1, 1])]),
    Case(op: "Tile", weights: [Make.ints("s", [1])]),
    Case(op: "Pad", weights: [Make.ints("p", [huge, 0, 0, 0, 0, 0, 0, huge])]),
    Case(op: "Pad", weights: [Make.ints("p", [-9, 0, 0, 0, 0, 0, 0, -9])]),
    Case(op: "Pad", weights: [Make.ints("p", [1])]),
    Case(
      op: "Pad", weights: [Make.ints("p", [0, 0, 1 << 30, 0, 0, 0, 0, 0])],
      attributes: [text("mode", "reflect")]),
    Case(op: "Reshape", weights: [Make.ints("s", [-1, -1])]),
    Case(op: "Reshape", weights: [Make.ints("s", [-2])]),
    Case(op: "Reshape", weights: [Make.ints("s", [huge, 0])]),
    Case(op: "Reshape", weights: [Make.ints("s", [0, 0, 0, 0, 0])]),
    Case(op: "Reshape", weights: [Make.ints("s", [Int64](repeating: 1, count: 100_000))]),
    Case(op: "Squeeze", weights: [Make.ints("a", [9])]),
    Case(op: "Squeeze", weights: [Make.ints("a", [.min])]),
    Case(op: "Unsqueeze", weights: [Make.ints("a", [0, 0])]),
    Case(op: "Unsqueeze", weights: [Make.ints("a", [huge])]),
    Case(op: "Unsqueeze", weights: [Make.ints("a", (0..<100_000).map { $0 })]),
    Case(op: "Transpose", attributes: [ints("perm", [0, 0, 0, 0])]),
    Case(op: "Transpose", attributes: [ints("perm", [0, 1, 2, huge])]),
    Case(op: "Gather", weights: [Make.ints("i", [0])], attributes: [Make.int("axis", huge)]),
    Case(
      op: "Split", weights: [Make.ints("n", [huge, huge, 2])], attributes: [Make.int("axis", 2)]),
    Case(op: "Split", weights: [Make.ints("n", [-1, 5])], attributes: [Make.int("axis", 2)]),
    Case(op: "Slice", weights: [Make.ints("a", [0]), Make.ints("b", [1, 2])]),
    Case(
      op: "Slice",
      weights: [
        Make.ints("a", [0]), Make.ints("b", [1]), Make.ints("c", [0]), Make.ints("d", [0]),
      ]),
    Case(
      op: "Slice", weights: [Make.ints("a", [0]), Make.ints("b", [1]), Make.ints("c", [.max])]),
    Case(op: "Concat", attributes: [Make.int("axis", .min)]),
    Case(op: "Flatten", attributes: [Make.int("axis", huge)]),
    Case(op: "DepthToSpace", attributes: [Make.int("blocksize", 1 << 31)]),
    Case(op: "DepthToSpace", attributes: [Make.int("blocksize", 0)]),
    Case(op: "SpaceToDepth", attributes: [Make.int("blocksize", huge)]),
    Case(op: "TopK", weights: [Make.ints("k", [huge])]),
    Case(op: "TopK", weights: [Make.ints("k", [-1])]),
    Case(op: "Cast", attributes: [Make.int("to", 99)]), Case(op: "Cast"),
    Case(op: "ReduceSum", weights: [Make.ints("a", [9])]),
    Case(op: "Softmax", attributes: [Make.int("axis", .max)]),
    Case(op: "ArgMax", attributes: [Make.int("axis", .min)]),
    Case(op: "GroupNormalization", attributes: [Make.int("num_groups", 0)]),
    Case(op: "MatMul", weights: [weight([3, 3])]), Case(op: "Gemm", weights: [weight([2, 2])]),
  ]

  /// Sizes of pictures that nothing could hold, or that are no numbers.
  private static let sizes: [Case] =
    [
      [1, 1, 1e30, 1e30], [1, 1, -1, 1], [1, 1, 0, 0], [1, 1, .nan, 1], [1, 1, .infinity, 2], [2],
    ]
    .map { (scales: [Float]) in
      Case(
        op: "Upsample", weights: [Make.floats("f", [Int64(scales.count)], scales)], opset: 9)
    }
    + [[1, 2, huge, huge], [1, 2, -1, 4], [1, 2, 1 << 31, 1 << 31], [1]].map { sizes in
      Case(
        op: "Resize",
        weights: [Make.floats("r", [0], []), Make.floats("f", [0], []), Make.ints("s", sizes)])
    }

  /// Attributes that are of another type, or of none.
  private static let attributes: [Case] = [
    Case(op: "Conv", weights: [kernel], attributes: [text("strides", "2,2")]),
    Case(op: "Conv", weights: [kernel], attributes: [ints("group", [1])]),
    Case(op: "Conv", weights: [kernel], attributes: [ints("auto_pad", [1])]),
    Case(op: "Concat", attributes: [text("axis", "1")]),
    Case(op: "Transpose", attributes: [text("perm", "0123")]),
    Case(op: "Cast", attributes: [text("to", "FLOAT")]),
    Case(op: "Gather", weights: [Make.ints("i", [0])], attributes: [text("axis", "0")]),
    Case(op: "MaxPool", attributes: [Make.int("kernel_shape", 2)]),
    Case(op: "LRN", attributes: [text("size", "3")]),
    Case(
      op: "Flatten",
      attributes: [
        .with {
          $0.name = "axis"; $0.g = .init(); $0.type = .graph
        }
      ]),
  ]

  @Test("a node that can't be", arguments: windows + movement + sizes + attributes)
  func node(_ given: Case) throws {
    let model = given.model
    Attack.refused(given.testDescription) { _ = try Make.read(model).importGraph() }
  }

  @Test("indices of constants that aren't there, and fractions that aren't numbers")
  func indices() {
    for index: Int64 in [1 << 62, .min, -3, 2] {
      Attack.survived("\(index)") {
        let model = Make.model(
          [
            Make.node("Gather", ["w", "i"], ["g"]), Make.node("Add", ["x", "g"], ["y"]),
          ], initializers: [Make.floats("w", [2], [1, 2]), Make.ints("i", [index])])
        _ = try PassPipeline().run(try Make.read(model).importGraph().graph)
      }
    }
    for (start, limit, delta) in [
      (0, 1e30, -1), (0, -1e30, 1), (0, .nan, 1), (0, 1, .infinity), (0, 1, 1e-30),
    ] as [(Float, Float, Float)] {
      Attack.survived("\(start) to \(limit) by \(delta)") {
        let bounds = zip(["a", "b", "c"], [start, limit, delta]).map { Make.floats($0, [], [$1]) }
        let model = Make.model(
          [Make.node("Range", ["a", "b", "c"], ["y"])], initializers: bounds)
        _ = try Make.read(model).importGraph()
      }
    }
  }

  /// Every operator there is.
  private static let operators = """
    Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization Cast CastLike Ceil
    Celu Clip Concat Constant ConstantOfShape Conv ConvTranspose Cos Cosh DepthToSpace Div Dropout Elu Equal Erf
    Exp Expand EyeLike Flatten Floor Gather Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater
    GreaterOrEqual GroupNormalization HardSigmoid HardSwish Hardmax Identity If InstanceNormalization IsNaN LRN
    LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax LpNormalization LpPool MatMul Max MaxPool Mean
    MeanVarianceNormalization Min Mish Mod Mul Neg Not Or PRelu Pad Pow RMSNormalization Range Reciprocal ReduceL1
    ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu
    Reshape Resize Round Selu Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax Softplus Softsign SpaceToDepth
    Split Sqrt Squeeze Sub Sum Swish Tan Tanh ThresholdedRelu Tile TopK Transpose Unsqueeze Upsample Where Xor
    """.split(whereSeparator: \.isWhitespace).map(String.init)

  @Test("operators with any number of inputs of any rank, and no attributes")
  func inputCounts() throws {
    for op in Self.operators {
      Attack.survived(op) {
        for count in 0...6 {
          for (rank, isConstant) in [
            (0, true), (1, true), (2, false), (3, true), (4, false), (5, false),
          ] {
            for opset: Int64 in [6, 9, 18] {
              let name = isConstant ? "w" : "x"
              let shape = [Int](repeating: 2, count: rank)
              let weight = Make.floats(
                "w", shape.map { Int64($0) }, [Float](repeating: 1, count: 1 << rank))
              let node = Make.node(op, [String](repeating: name, count: count), ["y"])
              let model = Make.model(
                [node], inputs: [("x", shape)], initializers: [weight], opset: opset)
              _ = try? Make.read(model).importGraph()
            }
          }
        }
      }
    }
  }

  @Test("ranges and masks, each small enough, together too large")
  func manyRanges() {
    let bounds = [Self.scalar("a", 0), Self.scalar("b", 1 << 22), Self.scalar("c", 1)]
    let nodes = (0..<64).map { Make.node("Range", ["a", "b", "c"], ["r\($0)"]) }
    let masks = (0..<64).map { Make.node("Dropout", ["x"], ["d\($0)", "m\($0)"]) }
    for (what, nodes) in [("ranges", nodes), ("masks", masks)] {
      Attack.refused(what) {
        let model = Make.model(
          nodes + [Make.node("Relu", ["x"], ["y"])], inputs: [("x", [1 << 22])],
          initializers: bounds)
        _ = try Make.read(model).importGraph()
      }
    }
  }

  @Test("values made of nothing, and ranges without end")
  func generators() {
    for shape: [Int64] in [
      [1 << 31, 1 << 31], [huge(), huge()], [-1], [1 << 20, 1 << 20, 1 << 20],
    ] {
      Attack.refused("ConstantOfShape \(shape)") {
        _ = try Make.read(
          Make.model(
            [Make.node("ConstantOfShape", ["s"], ["y"])], initializers: [Make.ints("s", shape)])
        ).importGraph()
      }
    }
    for (start, limit, delta) in [
      (0, huge(), 1), (0, 10, 0), (.min, .max, 1), (0, .min, -1), (0, 1 << 31, 1),
    ] as [(Int64, Int64, Int64)] {
      Attack.refused("Range \(start) \(limit) \(delta)") {
        _ = try Make.read(
          Make.model(
            [
              Make.node("Range", ["a", "b", "c"], ["r"]),
              Make.node("Cast", ["r"], ["y"], [Make.int("to", 1)]),
            ],
            initializers: [
              Self.scalar("a", start), Self.scalar("b", limit), Self.scalar("c", delta),
            ])
        ).importGraph()
      }
    }
  }

  private func huge() -> Int64 { Self.huge }

  @Test("inputs of no shape that there is")
  func inputs() throws {
    for shape in [
      [2, -5], [1 << 62, 4], [.max, 1], [0, 1 << 62], [1 << 31, 1 << 31],
      [Int](repeating: 2, count: 100),
      [Int](repeating: 1, count: 1 << 20),
    ] {
      let file = try Make.file(
        Make.model([Make.node("Relu", ["x"], ["y"])], inputs: [("x", shape)]))
      Attack.refused("input of rank \(shape.count)", [.badData, .usage]) {
        _ = try ONNXModel(file, externalDataFolder: nil).importGraph()
      }
    }
  }

  @Test("weights of 2^20 axes, of two contents, in segments, of no type")
  func weights() {
    func refused(_ what: String, _ change: (inout Onnx_TensorProto) -> Void) {
      var tensor = Make.floats("w", [1, 2], [1, 2])
      change(&tensor)
      let model = Make.model([Make.node("Add", ["x", "w"], ["y"])], initializers: [tensor])
      let error = Attack.refused(what) { _ = try Make.read(model).importGraph() }
      #expect(error?.subject == "tensor 'w' of test.onnx", "\(what)")
    }
    refused("2^20 axes") { $0.dims = [Int64](repeating: 1, count: 1 << 20) }
    refused("33 axes") { $0.dims = [Int64](repeating: 1, count: 31) + [2, 1] }
    refused("2^31 elements") { $0.dims = [1 << 31] }
    refused("2^63 elements") { $0.dims = [1 << 32, 1 << 31] }
    refused("a segment") { $0.segment.end = 8 }
    refused("no type") { $0.dataType = 0 }
    refused("texts") { $0.dataType = 8 }
    refused("4-bit numbers") { $0.dataType = 22 }
    refused("fewer bytes") { $0.rawData = Data(count: 7) }
    refused("no bytes") { $0.rawData = Data() }
    refused("more bytes") { $0.rawData = Data(count: 4096) }
    refused("whole numbers of a float") {
      $0.clearRawData()
      $0.int64Data = [1, 2]
    }
    refused("floats of a whole number") {
      $0.clearRawData()
      $0.dataType = 7
      $0.floatData = [1, 2]
    }
    refused("bytes that look like the reader's own marks") {
      $0.rawData = Data(count: 9)
    }
  }
}
