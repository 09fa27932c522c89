import GraphIR
import Operators
import TensorCore
import Testing

@Suite("Cost")
struct CostTests {
  struct Layer: Sendable, CustomStringConvertible {
    let description: String
    let op: any Operator
    let inputs: [Shape]
    let multiplyAdds: Int
  }

  /// Multiply-adds as the networks' papers and profilers count them.
  static let layers: [Layer] = [
    Layer(
      description: "Inception V3, Conv2d_4a: 1393.7 MFLOP", op: Conv2D(),
      inputs: [[1, 73, 73, 80], [3, 3, 80, 192]], multiplyAdds: 696_867_840),
    Layer(
      description: "Inception V3, first layer", op: Conv2D(strides: Spatial(2)),
      inputs: [[1, 299, 299, 3], [3, 3, 3, 32]], multiplyAdds: 19_181_664),
    Layer(
      description: "AlexNet, first layer", op: Conv2D(strides: Spatial(4)),
      inputs: [[1, 227, 227, 3], [11, 11, 3, 96], [96]], multiplyAdds: 105_415_200),
    Layer(
      description: "VGG, conv1_2", op: Conv2D(padding: .same),
      inputs: [[1, 224, 224, 64], [3, 3, 64, 64]], multiplyAdds: 1_849_688_064),
    Layer(
      description: "AlexNet, grouped conv2", op: Conv2D(padding: .symmetric(2, 2), groups: 2),
      inputs: [[1, 27, 27, 96], [5, 5, 48, 256]], multiplyAdds: 223_948_800),
    Layer(
      description: "MobileNet, first depthwise", op: Conv2D(padding: .same, groups: 32),
      inputs: [[1, 112, 112, 32], [3, 3, 1, 32]], multiplyAdds: 3_612_672),
    Layer(
      description: "merged siblings",
      op: Conv2D(splits: [
        .init(channels: 64, activation: .relu), .init(channels: 48, activation: .relu),
      ]), inputs: [[1, 35, 35, 192], [1, 1, 192, 112]], multiplyAdds: 35 * 35 * 192 * 112),
    Layer(
      description: "ResNet-50, classifier", op: Dense(),
      inputs: [[1, 2048], [2048, 1000], [1000]],
      multiplyAdds: 2_048_000),
    Layer(
      description: "batched product", op: MatMul(), inputs: [[8, 16, 32], [32, 4]],
      multiplyAdds: 16_384),
    Layer(
      description: "batch normalisation", op: BatchNormalization(epsilon: 1e-3),
      inputs: [[1, 7, 7, 5], [5], [5], [5], [5]], multiplyAdds: 245),
    Layer(description: "relu", op: Unary(.relu), inputs: [[1, 7, 7, 5]], multiplyAdds: 0),
  ]

  @Test("Multiply-adds are those that papers count", arguments: layers)
  func multiplyAdds(layer: Layer) throws {
    let inputs = layer.inputs.map { TensorType($0) }
    let cost = layer.op.cost(inputs: inputs, outputs: try layer.op.inferOutputs(inputs))
    #expect(cost.multiplyAdds == layer.multiplyAdds)
  }

  private func bytes(_ op: any Operator, _ shapes: [Shape]) throws -> Int {
    let inputs = shapes.map { TensorType($0) }
    return op.cost(inputs: inputs, outputs: try op.inferOutputs(inputs)).bytes
  }

  @Test("Bytes are those of every input and output once, and of nothing for views")
  func bytes() throws {
    #expect(
      try bytes(Dense(), [[1, 2048], [2048, 1000], [1000]]) == 4 * (2048 + 2_048_000 + 2000))
    #expect(try bytes(Unary(.relu), [[3, 5]]) == 4 * 30)
    #expect(try bytes(Concat(axis: 0), [[3, 5], [2, 5]]) == 4 * 50)
    #expect(try bytes(Slice([.init(axis: 0, start: 0, end: 1)]), [[100, 2]]) == 4 * 4)
    #expect(try bytes(Reshape([-1]), [[3, 5]]) == 0)
    #expect(try bytes(Flatten(), [[3, 5]]) == 0)
  }

  @Test("Absurd sizes saturate rather than trap")
  func saturates() throws {
    let inputs = [TensorType([1, 1 << 40]), TensorType([1 << 40, 1])]
    let huge = Conv2D().cost(
      inputs: [TensorType([1, 1, 1, 1]), TensorType([1024, 1024, 1024, 1024])],
      outputs: [TensorType([1, 1 << 20, 1 << 20, 1])])
    #expect(huge.multiplyAdds == Int.max)
    #expect(MatMul().cost(inputs: inputs, outputs: [TensorType([1 << 40])]).multiplyAdds == Int.max)
    let both = huge + huge
    #expect(both.multiplyAdds == Int.max)
  }

  @Test("A graph knows its nodes' costs and parameters")
  func graphCosts() throws {
    var graph = Graph(name: "costs")
    let x = try graph.add(Input(TensorType([1, 4])), name: "x")
    let w = try graph.add(Constant(.filled([4, 3], with: 1)), name: "w")
    let b = try graph.add(Constant(.filled([3], with: 1)), name: "b")
    let y = try graph.add(Dense(), [x, w, b], name: "y")
    #expect(graph.cost(of: y.node) == Cost(multiplyAdds: 12, bytes: 4 * (4 + 12 + 3 + 3)))
    #expect(graph.cost(of: w.node) == .free)
    #expect(graph.cost(of: x.node) == .free)
    #expect(graph.parameterCount(of: y.node) == 15)
    #expect(graph.constant(w) == graph.constant(w))
    #expect(graph.constant(x) == nil)
  }
}
