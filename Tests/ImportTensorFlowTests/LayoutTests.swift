import GraphIR
import Operators
import Passes
import ProtobufMessages
import Reference
import TensorCore
import TestSupport
import Testing

@Suite("NCHW graphs compute what their NHWC twins do")
struct LayoutTests {
  /// A network of everything that has a data_format, and what lies between, in either order.
  private static func network(_ isNCHW: Bool) -> GraphDefBuilder {
    var source = RandomSource(seed: 7)
    func numbers(_ count: Int) -> [Float] {
      (0..<count).map { _ in source.float(in: 0.1...1) }
    }
    let format = ["data_format": Tensorflow_AttrValue.text(isNCHW ? "NCHW" : "NHWC")]
    func spatial(_ key: String, _ height: Int, _ width: Int) -> [String: Tensorflow_AttrValue] {
      [key: .ints(isNCHW ? [1, 1, height, width] : [1, height, width, 1])]
    }
    func all(_ parts: [String: Tensorflow_AttrValue]...) -> [String: Tensorflow_AttrValue] {
      parts.reduce(format) { $0.merging($1) { first, _ in first } }
    }
    func paddings(_ list: [Int]) -> [Int] {
      isNCHW ? [0, 0, 0, 0] + list : [0, 0] + list + [0, 0]
    }
    let same = ["padding": Tensorflow_AttrValue.text("SAME")]
    var builder = GraphDefBuilder()
    builder.input("x", isNCHW ? [2, 3, 9, 7] : [2, 9, 7, 3])
    builder.constant("w", [3, 2, 3, 4], numbers(72))
    builder.node("conv", "Conv2D", ["x", "w"], all(spatial("strides", 2, 1), same))
    builder.constant("b", [4], numbers(4))
    builder.node("bias", "BiasAdd", ["conv", "b"], format)
    for name in ["scale", "offset", "mean", "variance"] { builder.constant(name, [4], numbers(4)) }
    builder.node(
      "norm", "FusedBatchNormV3", ["bias", "scale", "offset", "mean", "variance"],
      all(["is_training": .flag(false), "epsilon": .number(0.01)]))
    builder.node("relu", "Relu", ["norm"])
    builder.constant("d", [3, 3, 4, 2], numbers(72))
    builder.node(
      "depth", "DepthwiseConv2dNative", ["relu", "d"],
      all(
        spatial("strides", 1, 1),
        ["padding": .text("EXPLICIT"), "explicit_paddings": .ints(paddings([1, 0, 2, 1]))]))
    builder.node(
      "pool", "MaxPool", ["relu"], all(spatial("ksize", 2, 3), spatial("strides", 1, 2), same))
    builder.node(
      "average", "AvgPool", ["relu"], all(spatial("ksize", 3, 1), spatial("strides", 1, 2), same))
    builder.integers("axis", [isNCHW ? 1 : 3], shape: [])
    builder.node("joined", "ConcatV2", ["pool", "average", "axis"])
    builder.constant("factor", isNCHW ? [8, 1, 1] : [8], numbers(8))
    builder.node("scaled", "Mul", ["joined", "factor"])
    builder.node("sum", "AddV2", ["scaled", "joined"])
    builder.integers(
      "pads", isNCHW ? [0, 0, 1, 0, 1, 2, 0, 1] : [0, 0, 1, 2, 0, 1, 1, 0], shape: [4, 2])
    builder.node("padded", "Pad", ["sum", "pads"])
    builder.integers("axes", isNCHW ? [2, 3] : [1, 2])
    builder.node("mean_kept", "Mean", ["padded", "axes"], ["keep_dims": .flag(true)])
    builder.node("vector", "Mean", ["padded", "axes"])
    builder.node("result", "Softmax", ["vector"])
    builder.node("image", "Tanh", ["padded"])
    return builder
  }

  @Test("every kind of node, with and without passes, and only the borders are transposed")
  func twins() throws {
    var source = RandomSource(seed: 3)
    let x = HostTensor(
      shape: [2, 9, 7, 3], floats: (0..<378).map { _ in source.float(in: -1...1) })
    let wanted = try Self.network(false).evaluated(["x": x])
    let graph = try Self.network(true).imported()
    let optimised = try PassPipeline().run(graph).graph
    let images: Set = ["depth", "mean_kept", "image"]
    for candidate in [graph, optimised] {
      let found = try ReferenceEvaluator.evaluate(
        candidate, feeding: ["x": x.permuted([0, 3, 1, 2])])
      #expect(Set(found.keys) == Set(wanted.keys))
      for (name, value) in found {
        let reference = try #require(wanted[name]).hostTensor
        let inOrder = images.contains(name) ? reference.permuted([0, 3, 1, 2]) : reference
        #expect(value.shape == inOrder.shape, "\(name)")
        let complaint = Tolerance.close.mismatch(value.values, reference: inOrder.floats())
        #expect(complaint == nil, "\(name)")
      }
    }
    let transposes = optimised.nodeIDs.filter { optimised[$0].op is Transpose }
    #expect(transposes.count <= 1 + images.count)
  }

  @Test("transposes to NCHW and back around NCHW nodes leave none")
  func between() throws {
    var builder = GraphDefBuilder()
    builder.input("x", [1, 4, 5, 3])
    builder.integers("to", [0, 3, 1, 2])
    builder.integers("back", [0, 2, 3, 1])
    builder.node("nchw", "Transpose", ["x", "to"])
    builder.node(
      "pool", "MaxPool", ["nchw"],
      [
        "data_format": .text("NCHW"), "ksize": .ints([1, 1, 2, 2]),
        "strides": .ints([1, 1, 1, 1]), "padding": .text("VALID"),
      ])
    builder.node("nhwc", "Transpose", ["pool", "back"])
    let graph = try PassPipeline().run(builder.imported()).graph
    #expect(!graph.nodeIDs.contains { graph[$0].op is Transpose })
    #expect(graph.type(of: graph.outputs[0].value).shape == [1, 3, 4, 3])
  }
}
