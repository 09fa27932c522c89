import GraphIR
import Operators
import TensorCore

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

/// `LayerNormalization`: mean and variance of each element's own axes.
struct LayerNormalizationLayer: LayerConversion {
  private let axes: [Int]
  private let epsilon: Float
  private let scales: Bool
  private let centers: Bool

  init(_ config: LayerConfig) throws(Refusal) {
    axes = config["axis"] == nil ? [-1] : try config.ints("axis")
    epsilon = try config.float("epsilon", default: 1e-3)
    scales = try config.bool("scale", default: true)
    centers = try config.bool("center", default: true)
    guard epsilon >= 0 else { throw Refusal("epsilon is negative") }
    guard try config.bool("rms_scaling", default: false) == false else {
      throw Refusal("rms_scaling is true")
    }
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let x = try scope.single(inputs)
    let shape = scope.shape(x)
    guard !axes.isEmpty, let reduced = shape.normalizedAxes(axes), !reduced.contains(0) else {
      throw scope.invalid("different axes of \(shape) but the first", "\(axes)")
    }
    let stored = Shape(axes.compactMap { shape.normalizedAxis($0) }.map { shape[$0] })
    let extents = Shape(
      shape.dimensions.indices.map { reduced.contains($0) ? shape[$0] : 1 })
    // Without a scale but with a shift the operator needs one.
    var factors: [ValueID] = []
    if scales {
      factors = [try scope.weight("gamma", shape: extents, stored: stored)]
    } else if centers {
      factors = [try scope.filled(1, with: 1, "gamma")]
    }
    if centers { factors += [try scope.weight("beta", shape: extents, stored: stored)] }
    return try scope.result(
      MeanVarianceNormalization(axes: reduced.sorted(), epsilon: epsilon), [x] + factors)
  }
}

/// `Normalization`: `(x − mean) / max(√variance, 1e-7)`, one pair for all or one per channel, adapted to data or from
/// the configuration; inverted: `x · max(√variance, 1e-7) + mean`.
struct NormalizationLayer: LayerConversion {
  /// Keras's `backend.epsilon()`.
  private static let smallestDeviation: Float = 1e-7

  private let axis: Int?
  private let isInverted: Bool
  private let statistics: (mean: [Float], variance: [Float])?

  init(_ config: LayerConfig) throws(Refusal) {
    isInverted = try config.bool("invert", default: false)
    switch (config["mean"] == nil, config["variance"] == nil) {
    case (true, true): statistics = nil
    case (false, false):
      statistics = (try config.numbers("mean"), try config.numbers("variance"))
    default: throw Refusal("it has a mean or a variance, not both")
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
    let (mean, variance) = try self.statistics(extents, &scope)
    let root = try scope.part(Unary(.sqrt), [variance], "deviation")
    let least = try scope.constant([1], [Self.smallestDeviation], "epsilon")
    let deviation = try scope.part(Binary(.max), [root, least], "divisor")
    if isInverted {
      let scaled = try scope.part(Binary(.mul), [x, deviation], "scaled")
      return try scope.result(Binary(.add), [scaled, mean])
    }
    let centred = try scope.part(Binary(.sub), [x, mean], "centred")
    return try scope.result(Binary(.div), [centred, deviation])
  }

  private func statistics(
    _ extents: Shape, _ scope: inout LayerScope
  ) throws(InceptError) -> (mean: ValueID, variance: ValueID) {
    let count = extents.elementCount
    guard let statistics else {
      return (
        try scope.weight("mean", shape: [count], stored: extents),
        try scope.weight("variance", shape: [count], stored: extents)
      )
    }
    for values in [statistics.mean, statistics.variance]
    where values.count != 1 && values.count != count {
      throw scope.invalid("\(count) numbers", "\(values.count)")
    }
    return (
      try scope.constant([statistics.mean.count], statistics.mean, "mean"),
      try scope.constant([statistics.variance.count], statistics.variance, "variance")
    )
  }
}
