import Differentiation
import GraphIR
import Operators
import TensorCore
import TestSupport

/// Networks whose training step is checked.
enum TrainedNetwork: String, CaseIterable, Sendable, CustomStringConvertible {
  case cnn, mlp, normalised, pooled

  static let all = allCases

  var description: String { rawValue }

  /// The mean loss of a batch of random images by all parameters, which are cut out of one vector.
  func problem() throws -> GradientProblem {
    var step = try StepBuilder(name: rawValue, batch: self == .cnn ? 3 : 5)
    switch self {
    case .cnn:
      var x = try step.image(8, 8, 1)
      for (index, (channels, stride)) in [(16, 1), (32, 2), (32, 2)].enumerated() {
        x = try step.convolution(x, channels, Spatial(3), stride, "conv\(index + 1)")
      }
      x = try step.graph.add(Flatten(axis: 1), [x], name: "flatten")
      x = try step.dense(x, 32, .relu, "fc1")
      return try step.finish(try step.dense(x, 10, nil, "fc2"))
    case .mlp:
      var x = try step.graph.add(Flatten(axis: 1), [try step.image(5, 7, 2)], name: "flatten")
      x = try step.dense(x, 17, .tanh, "fc1")
      x = try step.dense(x, 13, .gelu(approximate: false), "fc2")
      return try step.finish(try step.dense(x, 10, nil, "fc3"))
    case .normalised:
      var x = try step.image(6, 5, 3)
      x = try step.convolution(x, 7, Spatial(3, 2), 1, "conv1", activation: nil)
      let (scale, shift) = (try step.parameter([7]), try step.parameter([7]))
      let norm = try step.graph.addTrainingBatchNorm(
        image: x, scale: scale, shift: shift, epsilon: 1e-3, name: "norm")
      x = try step.graph.add(Unary(.silu), [norm.output], name: "silu")
      x = try step.graph.add(GlobalPool(.average, keepsAxes: false), [x], name: "pool")
      return try step.finish(try step.dense(x, 4, nil, "fc"), classes: 4)
    case .pooled:
      var x = try step.image(9, 7, 2)
      x = try step.convolution(x, 6, Spatial(3), 1, "conv1", activation: .leakyRelu(alpha: 0.1))
      let window = Window(kernel: Spatial(3), strides: Spatial(2), padding: .symmetric(1, 1))
      let largest = try step.graph.add(Pool2D(.max, window: window), [x], name: "max")
      let mean = try step.graph.add(Pool2D(.average, window: window), [x], name: "mean")
      x = try step.graph.add(Concat(axis: 3), [largest, mean], name: "both")
      x = try step.graph.add(Flatten(axis: 1), [x], name: "flatten")
      return try step.finish(try step.dense(x, 3, nil, "fc"), classes: 3)
    }
  }
}

/// Builds the loss of a network whose parameters are parts of one vector.
private struct StepBuilder {
  var graph: Graph
  private var feeds: [String: HostTensor] = [:]
  private var random: RandomSource
  private let batch: Int
  private var numbers: [Float] = []
  private let vector: ValueID
  private static let capacity = 40_000

  init(name: String, batch: Int) throws {
    graph = Graph(name: name)
    random = RandomSource(name: name)
    self.batch = batch
    // Made shorter when the number of parameters is known.
    vector = try graph.add(Input(TensorType([Self.capacity])), name: "parameters")
  }

  mutating func image(_ height: Int, _ width: Int, _ channels: Int) throws -> ValueID {
    let shape: Shape = [batch, height, width, channels]
    feeds["input"] = random.distinct(shape, in: -1...1, shifted: 1)
    return try graph.add(Input(TensorType(shape)), name: "input")
  }

  mutating func parameter(_ shape: Shape, scale: Float = 0.5) throws -> ValueID {
    let start = numbers.count
    for _ in 0..<shape.elementCount {
      numbers.append((random.float(in: -scale...scale) * 4096).rounded() / 4096)
    }
    let range = Slice.Range(axis: 0, start: start, end: numbers.count)
    let flat = try graph.add(Slice([range]), [vector], name: "parameters/\(start)")
    return try graph.add(Reshape(shape.dimensions), [flat], name: "parameters/\(start)/shaped")
  }

  mutating func convolution(
    _ x: ValueID, _ channels: Int, _ kernel: Spatial, _ stride: Int, _ name: String,
    activation: UnaryFunction? = .relu
  ) throws -> ValueID {
    let inner = graph.type(of: x).shape[3]
    let weights = try parameter([kernel.height, kernel.width, inner, channels], scale: 0.25)
    let bias = try parameter([channels])
    return try graph.add(
      Conv2D(strides: Spatial(stride), padding: .same, activation: activation),
      [x, weights, bias], name: name)
  }

  mutating func dense(_ x: ValueID, _ outputs: Int, _ activation: UnaryFunction?, _ name: String)
    throws -> ValueID
  {
    let inner = graph.type(of: x).shape[1]
    let weights = try parameter([inner, outputs], scale: 0.25)
    let bias = try parameter([outputs])
    let sum = try graph.add(Dense(), [x, weights, bias], name: name)
    guard let activation else { return sum }
    return try graph.add(Unary(activation), [sum], name: "\(name)/\(activation.name)")
  }

  mutating func finish(_ logits: ValueID, classes: Int = 10) throws -> GradientProblem {
    let labels = try graph.add(Input(TensorType([batch], .int32)), name: "labels")
    feeds["labels"] = random.tensor([batch], in: 0...Float(classes) - 1, .int32)
    feeds["parameters"] = HostTensor(shape: [numbers.count], floats: numbers)
    let items = try graph.add(SoftmaxCrossEntropy(), [logits, labels], name: "cross_entropy")
    let loss = try graph.add(Reduce(.mean, keepsAxes: false), [items], name: "loss")
    let rebound = try graph.rebinding(["parameters": TensorType([numbers.count])])
    return GradientProblem(rebound.name, rebound, feeds, loss: loss, inputs: [vector])
  }
}
