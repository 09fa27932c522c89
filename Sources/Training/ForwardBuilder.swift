import Differentiation
import GraphIR
import Operators
import TensorCore

/// Adds a network's layers to a graph.
struct ForwardBuilder {
  /// Where parameters come from, and how layers behave.
  enum Mode {
    /// Parameters are found out and become inputs.
    case layout
    /// Parameters are parts of flat values of the graph; batches are normalised by their own statistics and values dropped.
    case training(parameters: ValueID, statistics: ValueID?, seed: ValueID?)
    /// Parameters are parts of flat values; nothing is random.
    case evaluation(parameters: ValueID, statistics: ValueID?)
    /// Parameters are constants.
    case inference(parameters: [Float], statistics: [Float])
  }

  private let network: TrainableNetwork
  var graph: Graph
  private let mode: Mode
  private(set) var parameters: [TrainableNetwork.Parameter] = []
  private(set) var statistics: [TrainableNetwork.Parameter] = []
  /// In training, the running statistics after the batch, in the order of their vector, flat.
  private(set) var nextStatistics: [ValueID] = []
  /// Each layer's result, in order.
  private(set) var results: [(layer: String, value: ValueID)] = []

  init(_ network: TrainableNetwork, graph: Graph, mode: Mode) {
    self.network = network
    self.graph = graph
    self.mode = mode
  }

  /// Adds all layers behind `input`, `[N, H, W, C]`; the result is `[N, classes]`.
  mutating func run(from input: ValueID) throws(InceptError) -> ValueID {
    var value = input
    for (layer, name) in zip(network.description.layers, network.names) {
      do throws(InceptError) {
        value = try add(layer.kind, name, value)
      } catch {
        throw error.about("layer '\(name)'")
      }
      results.append((name, value))
    }
    return value
  }

  private mutating func add(
    _ kind: NetworkDescription.Kind, _ name: String, _ input: ValueID
  ) throws(InceptError) -> ValueID {
    let shape = graph.type(of: input).shape
    switch kind {
    case .conv2d(let conv): return try convolution(conv, name, input)
    case .pool2d(let pool, let size, let strides, let padding):
      let window = Window(kernel: size, strides: strides, padding: padding)
      return try graph.add(Pool2D(pool, window: window), [input], name: name)
    case .globalAveragePool:
      return try graph.add(GlobalPool(.average, keepsAxes: false), [input], name: name)
    case .batchNormalization(let momentum, let epsilon, let function):
      let result = try normalisation(momentum, epsilon, name, input)
      return try activated(result, function, name)
    case .dropout(let rate): return try dropout(rate, name, input)
    case .flatten: return try graph.add(Flatten(axis: 1), [input], name: name)
    case .dense(let units, let hasBias, let function):
      guard shape.rank == 2 else {
        throw InceptError(
          .badData, subject: name, expected: "expected values with one axis an image",
          found: "\(shape)", hint: "put {\"type\": \"flatten\"} before it")
      }
      let weights = try parameter(
        "weight", name, [shape[1], units], .weights(fanIn: shape[1], fanOut: units))
      let bias = hasBias ? [try parameter("bias", name, [units], .bias)] : []
      let result = try graph.add(
        Dense(), [input, weights] + bias, name: function == nil ? name : "\(name).sum")
      return try activated(result, function, name)
    case .activation(let function):
      return try graph.add(Unary(function), [input], name: name)
    }
  }

  private mutating func activated(
    _ value: ValueID, _ function: UnaryFunction?, _ name: String
  ) throws(InceptError) -> ValueID {
    guard let function else { return value }
    return try graph.add(Unary(function), [value], name: name)
  }

  private mutating func convolution(
    _ conv: NetworkDescription.Convolution, _ name: String, _ input: ValueID
  ) throws(InceptError) -> ValueID {
    let shape = graph.type(of: input).shape
    guard shape.rank == 4, shape[3] % conv.groups == 0, conv.channels % conv.groups == 0 else {
      throw InceptError(
        .badData, subject: name,
        expected: "expected an image whose channels \(conv.groups) groups divide", found: "\(shape)"
      )
    }
    let (area, inner) = (conv.kernel.height * conv.kernel.width, shape[3] / conv.groups)
    let weights = try parameter(
      "weight", name, [conv.kernel.height, conv.kernel.width, inner, conv.channels],
      .weights(fanIn: area * inner, fanOut: area * conv.channels / conv.groups))
    let bias = conv.hasBias ? [try parameter("bias", name, [conv.channels], .bias)] : []
    let op = Conv2D(
      strides: conv.strides, dilations: conv.dilations, padding: conv.padding, groups: conv.groups)
    let result = try graph.add(
      op, [input, weights] + bias, name: conv.activation == nil ? name : "\(name).sum")
    return try activated(result, conv.activation, name)
  }

  private mutating func normalisation(
    _ momentum: Float, _ epsilon: Float, _ name: String, _ input: ValueID
  ) throws(InceptError) -> ValueID {
    let shape = graph.type(of: input).shape
    guard let channels = shape.dimensions.last, shape.rank == 4 else {
      throw InceptError(
        .badData, subject: name, expected: "expected an image [N, H, W, C]", found: "\(shape)")
    }
    let scale = try parameter("weight", name, [channels], .scale)
    let shift = try parameter("bias", name, [channels], .shift)
    let mean = try statistic("running_mean", name, channels)
    let variance = try statistic("running_var", name, channels)
    guard case .training = mode else {
      return try graph.add(
        BatchNormalization(epsilon: epsilon), [input, scale, shift, mean, variance],
        name: "\(name).normalised")
    }
    let batch = try graph.addTrainingBatchNorm(
      image: input, scale: scale, shift: shift, epsilon: epsilon, name: "\(name).normalised")
    // As torch has it: the running variance is the unbiased one.
    let count = Float(shape.elementCount / max(1, channels))
    let unbiased = try scaled(batch.variance, by: count / max(1, count - 1), "\(name).unbiased")
    for (old, new, title) in [(mean, batch.mean, "mean"), (variance, unbiased, "var")] {
      let kept = try scaled(old, by: 1 - momentum, "\(name).\(title).kept")
      let added = try scaled(new, by: momentum, "\(name).\(title).added")
      nextStatistics.append(
        try graph.add(Binary(.add), [kept, added], name: "\(name).\(title).next"))
    }
    return batch.output
  }

  private mutating func scaled(
    _ value: ValueID, by factor: Float, _ name: String
  ) throws(InceptError) -> ValueID {
    let constant = try graph.add(
      Constant(HostTensor(shape: [1], floats: [factor])), name: "\(name).factor")
    return try graph.add(Binary(.mul), [value, constant], name: name)
  }

  private mutating func dropout(
    _ rate: Float, _ name: String, _ input: ValueID
  ) throws(InceptError) -> ValueID {
    guard case .training(_, _, let seed?) = mode, rate > 0 else {
      return try graph.add(Identity(), [input], name: name)
    }
    let shape = graph.type(of: input).shape
    let stream = network.names.firstIndex(of: name) ?? 0
    let numbers = try graph.add(
      RandomUniform(shape: shape, seed: stream), [seed], name: "\(name).random")
    let limit = try graph.add(
      Constant(HostTensor(shape: [1], floats: [rate])), name: "\(name).rate")
    let kept = try graph.add(
      Comparison(.greaterOrEqual), [numbers, limit], name: "\(name).kept")
    let mask = try graph.add(Cast(to: .float32), [kept], name: "\(name).mask")
    let factors = try scaled(mask, by: 1 / (1 - rate), "\(name).factors")
    return try graph.add(Binary(.mul), [input, factors], name: name)
  }

  // MARK: Parameters

  private mutating func parameter(
    _ title: String, _ layer: String, _ shape: Shape, _ role: TrainableNetwork.Role
  ) throws(InceptError) -> ValueID {
    guard shape.checkedElementCount.map({ $0 < Self.limit }) ?? false else {
      throw InceptError(
        .badData, subject: layer, expected: "expected fewer than \(Self.limit) parameters",
        found: "\(shape)")
    }
    let entry = Self.entry(title, layer, shape, role, after: parameters)
    parameters.append(entry)
    switch mode {
    case .layout: return try placeholder(entry)
    case .training(let flat, _, _), .evaluation(let flat, _): return try part(entry, of: flat)
    case .inference(let values, _): return try constant(entry, values)
    }
  }

  private mutating func statistic(
    _ title: String, _ layer: String, _ channels: Int
  ) throws(InceptError) -> ValueID {
    let entry = Self.entry(title, layer, [channels], .shift, after: statistics)
    statistics.append(entry)
    switch mode {
    case .layout: return try placeholder(entry)
    case .training(_, let flat?, _), .evaluation(_, let flat?): return try part(entry, of: flat)
    case .inference(_, let values): return try constant(entry, values)
    case .training, .evaluation:
      throw InceptError(
        .software, subject: layer, expected: "expected running statistics", found: "none")
    }
  }

  private static let limit = 1 << 28

  private static func entry(
    _ title: String, _ layer: String, _ shape: Shape, _ role: TrainableNetwork.Role,
    after others: [TrainableNetwork.Parameter]
  ) -> TrainableNetwork.Parameter {
    let offset = others.last.map { $0.offset + $0.shape.elementCount } ?? 0
    return .init(
      name: "\(layer).\(title)", layer: layer, shape: shape, offset: offset, role: role)
  }

  private mutating func placeholder(
    _ entry: TrainableNetwork.Parameter
  ) throws(InceptError) -> ValueID {
    try graph.add(Input(TensorType(entry.shape)), name: entry.name)
  }

  private mutating func part(
    _ entry: TrainableNetwork.Parameter, of flat: ValueID
  ) throws(InceptError) -> ValueID {
    let end = entry.offset + entry.shape.elementCount
    let isVector = entry.shape.rank == 1
    let piece = try graph.add(
      Slice([.init(axis: 0, start: entry.offset, end: end)]), [flat],
      name: isVector ? entry.name : "\(entry.name).flat")
    return isVector
      ? piece : try graph.add(Reshape(entry.shape.dimensions), [piece], name: entry.name)
  }

  private mutating func constant(
    _ entry: TrainableNetwork.Parameter, _ values: [Float]
  ) throws(InceptError) -> ValueID {
    let range = entry.offset..<entry.offset + entry.shape.elementCount
    guard values.indices.contains(range.lowerBound), range.upperBound <= values.count else {
      throw InceptError(
        .software, subject: entry.name, expected: "expected \(range.upperBound) parameters",
        found: "\(values.count)")
    }
    return try graph.add(
      Constant(HostTensor(shape: entry.shape, floats: Array(values[range]))), name: entry.name)
  }
}
