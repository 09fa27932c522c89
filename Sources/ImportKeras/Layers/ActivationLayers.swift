import GraphIR
import Operators
import TensorCore

/// `Activation`: one function by name.
struct ActivationLayer: LayerConversion {
  private let function: ActivationFunction

  init(_ config: LayerConfig) throws(Refusal) {
    guard config["activation"] != nil else { throw config.missing("activation") }
    function = try ActivationFunction(config)
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try scope.result(function, of: try scope.single(inputs))
  }
}

/// `ReLU`: with an upper bound, a slope below zero, and a threshold below which values are zero.
struct ReLULayer: LayerConversion {
  /// The function where the threshold is zero.
  let function: ActivationFunction
  /// Values below it are zero, or a slope times what they lack.
  let threshold: Float
  private let slope: Float
  private let bound: Float?

  init(_ config: LayerConfig) throws(Refusal) {
    let slope = try config.float("negative_slope", default: 0)
    let bound = config["max_value"] == nil ? nil : try config.float("max_value")
    threshold = try config.float("threshold", default: 0)
    self.slope = slope
    self.bound = bound
    if let bound, bound < 0 { throw Refusal("max_value is negative") }
    switch (slope, bound) {
    case (0, nil): function = ActivationFunction(.relu)
    case (0, 6): function = ActivationFunction(.relu6)
    case (0, .some(let bound)): function = ActivationFunction(.clip(lower: 0, upper: bound))
    case (_, nil): function = ActivationFunction(.leakyRelu(alpha: slope))
    case (_, .some(let bound)):
      function = ActivationFunction(
        .leakyRelu(alpha: slope), .clip(lower: -.greatestFiniteMagnitude, upper: bound))
    }
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let x = try scope.single(inputs)
    guard threshold != 0 else { return try scope.result(function, of: x) }
    let limit = try scope.constant([1], [threshold], "threshold")
    let zero = try scope.constant([1], [0], "zero")
    let isAbove = try scope.part(Comparison(.greater), [x, limit], "is_above")
    guard slope != 0 || bound != nil else { return try scope.result(Where(), [isAbove, x, zero]) }
    var value = try scope.part(Where(), [isAbove, x, zero], "above")
    if let bound {
      let clip = Unary(.clip(lower: 0, upper: bound))
      guard slope != 0 else { return try scope.result(clip, [value]) }
      value = try scope.part(clip, [value], "bounded")
    }
    let depth = try scope.part(Binary(.sub), [limit, x], "depth")
    let below = try scope.part(Unary(.relu), [depth], "below")
    let factor = try scope.constant([1], [slope], "slope")
    let scaled = try scope.part(Binary(.mul), [below, factor], "scaled")
    return try scope.result(Binary(.sub), [value, scaled])
  }
}

/// `LeakyReLU`; Keras 2 calls the slope `alpha`.
struct LeakyReLULayer: LayerConversion {
  let function: ActivationFunction

  init(_ config: LayerConfig) throws(Refusal) {
    let key = config["negative_slope"] == nil ? "alpha" : "negative_slope"
    function = ActivationFunction(.leakyRelu(alpha: try config.float(key, default: 0.3)))
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try scope.result(function, of: try scope.single(inputs))
  }
}

/// `ELU`.
struct ELULayer: LayerConversion {
  let function: ActivationFunction

  init(_ config: LayerConfig) throws(Refusal) {
    function = ActivationFunction(.elu(alpha: try config.float("alpha", default: 1)))
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try scope.result(function, of: try scope.single(inputs))
  }
}

/// `Softmax` along one axis.
struct SoftmaxLayer: LayerConversion {
  private let axis: Int

  init(_ config: LayerConfig) throws(Refusal) {
    let axes = config["axis"] == nil ? [-1] : try config.ints("axis")
    guard axes.count == 1 else { throw Refusal("axis has \(axes.count) axes") }
    axis = axes[0]
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try scope.result(Softmax(axis: axis), [try scope.single(inputs)])
  }
}

/// `PReLU`: `max(x, 0) + α · min(x, 0)` with one α per element, shared along some axes.
struct PReLULayer: LayerConversion {
  private let sharedAxes: [Int]

  init(_ config: LayerConfig) throws(Refusal) {
    sharedAxes = config["shared_axes"] == nil ? [] : try config.ints("shared_axes")
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let x = try scope.single(inputs)
    var extents = scope.shape(x).dimensions
    for axis in sharedAxes {
      guard axis >= 1, axis < extents.count else {
        throw scope.invalid("shared_axes of \(Shape(extents))", "\(sharedAxes)")
      }
      extents[axis] = 1
    }
    let alpha = try scope.weight("alpha", shape: Shape(Array(extents.dropFirst())))
    let positive = try scope.part(Unary(.relu), [x], "positive")
    let negative = try scope.part(Binary(.sub), [x, positive], "negative")
    let scaled = try scope.part(Binary(.mul), [negative, alpha], "scaled")
    return try scope.result(Binary(.add), [positive, scaled])
  }
}
