import GraphIR
import Operators
import TensorCore

/// `Dense`, applied to the last axis.
struct DenseLayer: LayerConversion {
  private let units: Int
  private let usesBias: Bool
  private let activation: ActivationFunction

  init(_ config: LayerConfig) throws(Refusal) {
    units = try config.int("units", in: LayerConfig.channels)
    usesBias = try config.bool("use_bias", default: true)
    activation = try ActivationFunction(config)
    guard config["lora_rank"] == nil else { throw Refusal("it has a LoRA adapter") }
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let x = try scope.single(inputs)
    guard let features = scope.shape(x).dimensions.last, scope.shape(x).rank >= 2 else {
      throw scope.invalid("an input [N, …, features]", "\(scope.shape(x))")
    }
    let kernel = try scope.weight("kernel", shape: [features, units])
    let bias = usesBias ? [try scope.weight("bias", shape: [units])] : []
    return try scope.result(Dense(), [x, kernel] + bias, then: activation, part: "dense")
  }
}

/// `BatchNormalization` along the last axis, with its moving statistics.
struct BatchNormalizationLayer: LayerConversion {
  private let axis: Int
  private let epsilon: Float
  private let scales: Bool
  private let centers: Bool

  init(_ config: LayerConfig) throws(Refusal) {
    let axes = config["axis"] == nil ? [-1] : try config.ints("axis")
    guard axes.count == 1 else { throw Refusal("axis has \(axes.count) axes") }
    axis = axes[0]
    epsilon = try config.float("epsilon", default: 1e-3)
    scales = try config.bool("scale", default: true)
    centers = try config.bool("center", default: true)
    guard epsilon >= 0 else { throw Refusal("epsilon is negative") }
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let x = try scope.single(inputs)
    let shape = scope.shape(x)
    guard let channels = shape.dimensions.last, shape.normalizedAxis(axis) == shape.rank - 1 else {
      throw scope.invalid("the last axis of \(shape) as axis", "\(axis)")
    }
    let scale =
      scales
      ? try scope.weight("gamma", shape: [channels])
      : try scope.filled(channels, with: 1, "gamma")
    let shift =
      centers
      ? try scope.weight("beta", shape: [channels])
      : try scope.filled(channels, with: 0, "beta")
    let mean = try scope.weight("moving_mean", shape: [channels])
    let variance = try scope.weight("moving_variance", shape: [channels])
    return try scope.result(
      BatchNormalization(epsilon: epsilon), [x, scale, shift, mean, variance])
  }
}

/// `Rescaling`: `x · scale + offset`, each a number or one number per channel.
struct RescalingLayer: LayerConversion {
  private let scale: [Float]
  private let offset: [Float]

  init(_ config: LayerConfig) throws(Refusal) {
    scale = try RescalingLayer.numbers(config, "scale", default: nil)
    offset = try RescalingLayer.numbers(config, "offset", default: 0)
  }

  private static func numbers(
    _ config: LayerConfig, _ key: String, default standard: Float?
  ) throws(Refusal) -> [Float] {
    guard let value = config[key] else {
      guard let standard else { throw config.missing(key) }
      return [standard]
    }
    let numbers = (value.elements ?? [value]).compactMap(\.double).map { Float($0) }
    guard numbers.count == value.elements?.count ?? 1, (1...4096).contains(numbers.count),
      numbers.allSatisfy(\.isFinite)
    else { throw Refusal("\(key) is \(value.summary), not a number or one per channel") }
    return numbers
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let x = try scope.single(inputs)
    for values in [scale, offset]
    where values.count > 1 && values.count != scope.shape(x).dimensions.last {
      throw scope.invalid("one value per channel of \(scope.shape(x))", "\(values.count)")
    }
    let factor = try scope.constant([scale.count], scale, "scale")
    guard offset.contains(where: { $0 != 0 }) else {
      return try scope.result(Binary(.mul), [x, factor])
    }
    let scaled = try scope.part(Binary(.mul), [x, factor], "scaled")
    let summand = try scope.constant([offset.count], offset, "offset")
    return try scope.result(Binary(.add), [scaled, summand])
  }
}

/// `Normalization` with adapted statistics: `(x − mean) / max(√variance, 1e-7)`, one pair for all or one per
/// channel.
struct NormalizationLayer: LayerConversion {
  /// Keras's `backend.epsilon()`.
  private static let smallestDeviation: Float = 1e-7

  private let axis: Int?

  init(_ config: LayerConfig) throws(Refusal) {
    guard try config.bool("invert", default: false) == false else {
      throw Refusal("invert is true")
    }
    guard config["mean"] == nil, config["variance"] == nil else {
      throw Refusal("its mean and variance are in the configuration, not among the weights")
    }
    let axes = config["axis"] == nil ? [] : try config.ints("axis")
    guard axes.count <= 1 else { throw Refusal("axis has \(axes.count) axes") }
    axis = axes.first
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let x = try scope.single(inputs)
    let shape = scope.shape(x)
    if let axis, shape.normalizedAxis(axis) != shape.rank - 1 {
      throw scope.invalid("the last axis of \(shape) as axis", "\(axis)")
    }
    let extents: Shape = axis == nil ? [] : [shape.dimensions.last ?? 1]
    let count: Shape = [extents.elementCount]
    let mean = try scope.weight("mean", shape: count, stored: extents)
    let variance = try scope.weight("variance", shape: count, stored: extents)
    let root = try scope.part(Unary(.sqrt), [variance], "deviation")
    let least = try scope.constant([1], [Self.smallestDeviation], "epsilon")
    let deviation = try scope.part(Binary(.max), [root, least], "divisor")
    let centred = try scope.part(Binary(.sub), [x, mean], "centred")
    return try scope.result(Binary(.div), [centred, deviation])
  }
}
