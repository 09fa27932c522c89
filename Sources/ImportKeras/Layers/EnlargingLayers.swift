import GraphIR
import Operators
import TensorCore

/// `UpSampling2D`: rows and columns are repeated, or sampled between pixels' centres.
struct UpSamplingLayer: LayerConversion {
  private let factors: Spatial
  private let mode: Resize.Mode

  init(_ config: LayerConfig) throws(Refusal) {
    try config.requireChannelsLast()
    factors = try config.spatial("size", default: Spatial(2), in: 1...64)
    switch config["interpolation"] {
    case nil, .string("nearest"): mode = .nearest(.floor)
    case .string("bilinear"): mode = .linear
    // TensorFlow's, from version 2 on: Keys' coefficient, and no weight for pixels beyond the border. It rounds the
    // places of samples to 1/1024 of a pixel, which is not repeated.
    case .string("bicubic"): mode = .cubic(coefficient: -0.5)
    case .some(let value):
      throw Refusal("interpolation is \(value.summary), not nearest, bilinear or bicubic")
    }
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let image = try scope.single(inputs, rank: 4)
    let coordinates: Resize.Coordinates
    if case .nearest = mode { coordinates = .asymmetric } else { coordinates = .halfPixel }
    let resize = Resize(
      axes: [1, 2], to: .scales([Float(factors.height), Float(factors.width)]), mode: mode,
      coordinates: coordinates, excludesOutside: true)
    return try scope.result(resize, [image])
  }
}

/// `Conv2DTranspose`. Keras's kernels `[KH, KW, O, I]` have our last two axes exchanged.
struct TransposedConvolutionLayer: LayerConversion {
  private let settings: ConvolutionSettings
  private let filters: Int
  private let outputPadding: Spatial?

  init(_ config: LayerConfig) throws(Refusal) {
    settings = try ConvolutionSettings(config)
    filters = try config.int("filters", in: LayerConfig.channels)
    let padding = config["output_padding"]
    outputPadding =
      padding == nil ? nil : try config.spatial("output_padding", in: LayerConfig.borders)
    guard try config.int("groups", default: 1, in: LayerConfig.channels) == 1 else {
      throw Refusal("groups is not 1")
    }
    guard settings.strides == .one || settings.dilations == .one else {
      throw Refusal("it has strides and dilations, which TensorFlow has not together")
    }
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let image = try scope.single(inputs, rank: 4)
    let shape = scope.shape(image)
    let kernel = settings.kernel
    let stored = try scope.weight(
      "kernel", shape: [kernel.height, kernel.width, filters, shape[3]])
    let weights = try scope.part(Transpose([0, 1, 3, 2]), [stored], "transposed_kernel")
    let bias = try settings.bias(filters, &scope)
    let rows = edges(
      input: shape[1], kernel: kernel.height, stride: settings.strides.height,
      dilation: settings.dilations.height, added: outputPadding?.height)
    let columns = edges(
      input: shape[2], kernel: kernel.width, stride: settings.strides.width,
      dilation: settings.dilations.width, added: outputPadding?.width)
    let op = ConvTranspose2D(
      strides: settings.strides, dilations: settings.dilations,
      border: Border(
        top: rows.before, left: columns.before, bottom: rows.after, right: columns.after))
    return try scope.result(
      op, [image, weights] + bias, then: settings.activation, part: "conv")
  }

  /// What is cut off along an axis so that the result has the extent that Keras gives it.
  private func edges(
    input: Int, kernel: Int, stride: Int, dilation: Int, added: Int?
  ) -> (before: Int, after: Int) {
    let extent = (kernel - 1) * dilation + 1
    let output =
      switch (settings.padding, added) {
      case (.same, nil): input * stride
      case (.same, .some(let added)): (input - 1) * stride + extent - 2 * (extent / 2) + added
      case (_, nil): input * stride + max(extent - stride, 0)
      case (_, .some(let added)): (input - 1) * stride + extent + added
      }
    return ConvTranspose2D.cut(
      input: input, kernel: kernel, stride: stride, dilation: dilation, output: output)
  }
}
