import GraphIR
import Operators
import TensorCore

/// What the convolution layers have in common.
struct ConvolutionSettings: Sendable {
  let kernel: Spatial
  let strides: Spatial
  let dilations: Spatial
  let padding: Padding
  let usesBias: Bool
  let activation: ActivationFunction

  init(_ config: LayerConfig) throws(Refusal) {
    try config.requireChannelsLast()
    kernel = try config.spatial("kernel_size", in: LayerConfig.windows)
    strides = try config.spatial("strides", default: .one, in: LayerConfig.windows)
    dilations = try config.spatial("dilation_rate", default: .one, in: LayerConfig.windows)
    padding = try config.padding()
    usesBias = try config.bool("use_bias", default: true)
    activation = try ActivationFunction(config)
  }

  /// The convolution of `groups` groups.
  func convolution(groups: Int = 1) -> Conv2D {
    Conv2D(strides: strides, dilations: dilations, padding: padding, groups: groups)
  }

  /// The bias among a convolution's inputs, if there is one.
  func bias(_ channels: Int, _ scope: inout LayerScope) throws(InceptError) -> [ValueID] {
    usesBias ? [try scope.weight("bias", shape: [channels])] : []
  }
}

/// `Conv2D`. Keras's kernels lie as ours do.
struct ConvolutionLayer: LayerConversion {
  private let settings: ConvolutionSettings
  private let filters: Int
  private let groups: Int

  init(_ config: LayerConfig) throws(Refusal) {
    settings = try ConvolutionSettings(config)
    filters = try config.int("filters", in: LayerConfig.channels)
    groups = try config.int("groups", default: 1, in: LayerConfig.channels)
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let image = try scope.single(inputs, rank: 4)
    let channels = scope.shape(image)[3]
    guard channels % groups == 0 else {
      throw scope.invalid("channels that \(groups) groups divide", "\(channels)")
    }
    let kernel = settings.kernel
    let weights = try scope.weight(
      "kernel", shape: [kernel.height, kernel.width, channels / groups, filters])
    let bias = try settings.bias(filters, &scope)
    return try scope.result(
      settings.convolution(groups: groups), [image, weights] + bias, then: settings.activation,
      part: "conv")
  }
}

/// The kernel of depthwise convolutions, `[KH, KW, C, M]` in Keras: channel `c`'s filter `m` is our output
/// channel `c · M + m`, so that only the shape differs.
private func depthwiseKernel(
  _ image: ValueID, _ settings: ConvolutionSettings, multiplier: Int, _ scope: inout LayerScope
) throws(InceptError) -> (weights: ValueID, channels: Int) {
  let kernel = settings.kernel
  let channels = scope.shape(image)[3]
  let (outputs, overflow) = channels.multipliedReportingOverflow(by: multiplier)
  guard !overflow else { throw scope.invalid("a number of channels within Int", "more") }
  let weights = try scope.weight(
    "depthwise_kernel", "kernel", shape: [kernel.height, kernel.width, 1, outputs],
    stored: [kernel.height, kernel.width, channels, multiplier])
  return (weights, outputs)
}

/// `DepthwiseConv2D`.
struct DepthwiseConvolutionLayer: LayerConversion {
  private let settings: ConvolutionSettings
  private let multiplier: Int

  init(_ config: LayerConfig) throws(Refusal) {
    settings = try ConvolutionSettings(config)
    multiplier = try config.int("depth_multiplier", default: 1, in: LayerConfig.channels)
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let image = try scope.single(inputs, rank: 4)
    let (weights, channels) = try depthwiseKernel(
      image, settings, multiplier: multiplier, &scope)
    let bias = try settings.bias(channels, &scope)
    return try scope.result(
      settings.convolution(groups: scope.shape(image)[3]), [image, weights] + bias,
      then: settings.activation, part: "conv")
  }
}

/// `SeparableConv2D`: a depthwise convolution, then a 1x1 one that carries the bias.
struct SeparableConvolutionLayer: LayerConversion {
  private let settings: ConvolutionSettings
  private let multiplier: Int
  private let filters: Int

  init(_ config: LayerConfig) throws(Refusal) {
    settings = try ConvolutionSettings(config)
    multiplier = try config.int("depth_multiplier", default: 1, in: LayerConfig.channels)
    filters = try config.int("filters", in: LayerConfig.channels)
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let image = try scope.single(inputs, rank: 4)
    let (weights, channels) = try depthwiseKernel(
      image, settings, multiplier: multiplier, &scope)
    let depthwise = try scope.part(
      settings.convolution(groups: scope.shape(image)[3]), [image, weights], "depthwise")
    let pointwise = try scope.weight("pointwise_kernel", shape: [1, 1, channels, filters])
    let bias = try settings.bias(filters, &scope)
    return try scope.result(
      Conv2D(), [depthwise, pointwise] + bias, then: settings.activation, part: "conv")
  }
}
