import GraphIR
import Operators
import TensorCore

/// `Conv1D`: a convolution over images of one row.
struct Convolution1DLayer: LayerConversion {
  private let kernel: Int
  private let stride: Int
  private let dilation: Int
  private let padding: Padding
  private let isCausal: Bool
  private let filters: Int
  private let groups: Int
  private let usesBias: Bool
  private let activation: ActivationFunction

  init(_ config: LayerConfig) throws(Refusal) {
    try config.requireChannelsLast()
    kernel = try Self.one("kernel_size", config, default: nil)
    stride = try Self.one("strides", config, default: 1)
    dilation = try Self.one("dilation_rate", config, default: 1)
    isCausal = config["padding"] == .string("causal")
    padding = isCausal ? .valid : try config.padding()
    filters = try config.int("filters", in: LayerConfig.channels)
    groups = try config.int("groups", default: 1, in: LayerConfig.channels)
    usesBias = try config.bool("use_bias", default: true)
    activation = try ActivationFunction(config)
  }

  /// An extent along the one axis: a number or a list of one.
  private static func one(
    _ key: String, _ config: LayerConfig, default standard: Int?
  ) throws(Refusal) -> Int {
    if config[key] == nil, let standard { return standard }
    let numbers = try config.ints(key)
    guard numbers.count == 1, LayerConfig.windows.contains(numbers[0]) else {
      throw Refusal("\(key) is \(numbers)")
    }
    return numbers[0]
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let x = try scope.single(inputs, rank: 3)
    let (shape, channels) = (scope.shape(x), scope.shape(x)[2])
    guard channels % groups == 0 else {
      throw scope.invalid("channels that \(groups) groups divide", "\(channels)")
    }
    var row = try scope.part(Reshape([0, 1, shape[1], channels]), [x], "row")
    let (before, overflow) = dilation.multipliedReportingOverflow(by: kernel - 1)
    if isCausal, before > 0 {
      guard !overflow, LayerConfig.borders.contains(before) else {
        throw scope.invalid("a smaller window", "\(kernel) with dilation \(dilation)")
      }
      row = try scope.part(Pad(before: [0, 0, before, 0], after: [0, 0, 0, 0]), [row], "padded")
    }
    let weights = try scope.weight(
      "kernel", shape: [1, kernel, channels / groups, filters],
      stored: [kernel, channels / groups, filters])
    let bias = usesBias ? [try scope.weight("bias", shape: [filters])] : []
    let op = Conv2D(
      strides: Spatial(1, stride), dilations: Spatial(1, dilation), padding: padding,
      groups: groups)
    let sums = try scope.part(op, [row, weights] + bias, "conv")
    let value = try scope.part(activation, of: sums)
    let result = scope.shape(value)
    return try scope.result(Reshape([0, result[2], result[3]]), [value])
  }
}
