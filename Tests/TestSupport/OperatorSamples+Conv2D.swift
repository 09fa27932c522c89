import Operators
import TensorCore

extension OperatorSamples {
  /// Convolutions: kernels, strides, dilations, paddings, groups, channel counts around vector widths, images
  /// down to one pixel, fused activations, splits, operands known late.
  package static let conv2D: [OperatorSample] =
    kernels + strided + padded + grouped + rows + channelCounts + imageSizes + activated + split
    + computed

  private static func conv(
    _ detail: String, _ image: Shape, _ kernel: Spatial, to outer: Int, _ op: Conv2D = Conv2D(),
    bias: Bool = true, computedWeights: Bool = false, computedBias: Bool = false
  ) -> OperatorSample {
    let inner = image[3] / op.groups
    let bound = 1.7 / Float(kernel.height * kernel.width * inner).squareRoot()
    let weights: Shape = [kernel.height, kernel.width, inner, outer]
    var operands: [OperatorSample.Operand] = [
      .fed(image),
      computedWeights
        ? .fed(weights, in: -bound...bound) : .constant(weights, in: -bound...bound),
    ]
    if bias { operands.append(computedBias ? .fed([outer]) : .constant([outer])) }
    return OperatorSample(detail, op, operands, tolerance: .close)
  }

  private static let kernels: [OperatorSample] = [
    conv("1x1", [1, 7, 11, 16], .one, to: 32),
    conv("1x1 batch 3", [3, 5, 7, 17], .one, to: 33),
    conv("1x1 64 to 64", [1, 17, 17, 64], .one, to: 64, bias: false),
    conv("3x3 valid", [1, 13, 13, 16], Spatial(3), to: 32),
    conv("3x3 same", [1, 13, 13, 16], Spatial(3), to: 16, Conv2D(padding: .same)),
    conv("3x3 batch 3", [3, 7, 11, 5], Spatial(3), to: 17, Conv2D(padding: .same)),
    conv("3x3 without bias", [2, 7, 11, 16], Spatial(3), to: 16, bias: false),
    conv("5x5 same", [1, 13, 13, 17], Spatial(5), to: 33, Conv2D(padding: .same)),
    conv("5x5 valid", [1, 7, 11, 3], Spatial(5), to: 16),
    conv("1x7 same", [1, 13, 13, 16], Spatial(1, 7), to: 17, Conv2D(padding: .same)),
    conv("7x1 same", [1, 13, 13, 16], Spatial(7, 1), to: 17, Conv2D(padding: .same)),
    conv("1x3 same", [1, 8, 8, 33], Spatial(1, 3), to: 32, Conv2D(padding: .same)),
    conv("3x1 same", [1, 8, 8, 33], Spatial(3, 1), to: 32, Conv2D(padding: .same)),
    conv("2x2 same, odd rest", [1, 7, 8, 5], Spatial(2), to: 5, Conv2D(padding: .same)),
    conv("4x3 same lower", [1, 7, 8, 5], Spatial(4, 3), to: 5, Conv2D(padding: .sameLower)),
    conv("7x7 stride 2", [1, 17, 17, 3], Spatial(7), to: 16, strided(2, .symmetric(3, 3))),
    conv("11x11 stride 4", [1, 31, 29, 3], Spatial(11), to: 8, strided(4, .symmetric(2, 2))),
    conv("the whole image", [2, 5, 3, 7], Spatial(5, 3), to: 9),
  ]

  private static func strided(_ stride: Int, _ padding: Padding) -> Conv2D {
    Conv2D(strides: Spatial(stride), padding: padding)
  }

  private static let strided: [OperatorSample] = [
    conv("1x1 stride 2", [1, 7, 11, 16], .one, to: 16, strided(2, .valid)),
    conv("1x1 stride 2 same", [1, 8, 7, 16], .one, to: 16, strided(2, .same)),
    conv("3x3 stride 2 valid", [1, 17, 17, 3], Spatial(3), to: 32, strided(2, .valid)),
    conv("3x3 stride 2 valid even", [1, 16, 18, 16], Spatial(3), to: 17, strided(2, .valid)),
    conv("3x3 stride 2 same odd", [1, 13, 13, 5], Spatial(3), to: 16, strided(2, .same)),
    conv("3x3 stride 2 same even", [1, 12, 14, 5], Spatial(3), to: 16, strided(2, .same)),
    conv("3x3 stride 2 same lower", [1, 12, 14, 5], Spatial(3), to: 16, strided(2, .sameLower)),
    conv(
      "3x5 strides 3x2", [2, 13, 17, 5], Spatial(3, 5), to: 7,
      Conv2D(strides: Spatial(3, 2), padding: .symmetric(1, 2))),
    conv("stride beyond kernel", [1, 13, 13, 5], Spatial(2), to: 5, strided(5, .valid)),
    conv(
      "3x3 dilation 2", [1, 13, 13, 16], Spatial(3), to: 16,
      Conv2D(dilations: Spatial(2), padding: .symmetric(2, 2))),
    conv(
      "3x3 dilations 2x3 valid", [1, 13, 17, 5], Spatial(3), to: 17,
      Conv2D(dilations: Spatial(2, 3))),
    conv(
      "3x3 dilation 2 stride 2", [2, 13, 11, 5], Spatial(3), to: 16,
      Conv2D(strides: Spatial(2), dilations: Spatial(2), padding: .same)),
  ]

  private static func bordered(_ top: Int, _ left: Int, _ bottom: Int, _ right: Int) -> Conv2D {
    Conv2D(padding: .explicit(Border(top: top, left: left, bottom: bottom, right: right)))
  }

  private static let padded: [OperatorSample] = [
    conv("3x3 padded below and right", [1, 7, 11, 16], Spatial(3), to: 16, bordered(0, 0, 1, 1)),
    conv("3x3 padded above and left", [1, 7, 11, 16], Spatial(3), to: 16, bordered(1, 1, 0, 0)),
    conv("3x3 pads 0 1 2 3", [2, 7, 11, 5], Spatial(3), to: 17, bordered(0, 1, 2, 3)),
    conv("1x1 padded", [1, 5, 6, 5], .one, to: 5, bordered(1, 2, 0, 1)),
    conv("3x3 pads beyond kernel", [1, 3, 4, 5], Spatial(3), to: 5, bordered(4, 4, 4, 4)),
  ]

  private static let grouped: [OperatorSample] = [
    conv("groups 2", [1, 7, 11, 16], Spatial(3), to: 32, Conv2D(padding: .same, groups: 2)),
    conv("groups 2 of odd size", [2, 7, 7, 10], Spatial(3), to: 6, Conv2D(groups: 2)),
    conv("1x1 groups 4", [1, 7, 7, 32], .one, to: 64, Conv2D(groups: 4)),
    conv("1x1 groups 3", [1, 5, 7, 33], .one, to: 33, Conv2D(groups: 3)),
    conv("depthwise 16", [1, 13, 13, 16], Spatial(3), to: 16, Conv2D(padding: .same, groups: 16)),
    conv("depthwise 17", [2, 7, 11, 17], Spatial(3), to: 17, Conv2D(padding: .same, groups: 17)),
    conv(
      "depthwise stride 2", [1, 13, 13, 32], Spatial(3), to: 32,
      Conv2D(strides: Spatial(2), padding: .same, groups: 32, activation: .relu6)),
    conv("depthwise 5x5", [1, 9, 9, 8], Spatial(5), to: 8, Conv2D(padding: .same, groups: 8)),
    conv("depthwise times 2", [1, 7, 11, 16], Spatial(3), to: 32, Conv2D(groups: 16)),
    conv("depthwise times 2 of 5", [2, 7, 7, 5], Spatial(3), to: 10, Conv2D(groups: 5)),
    conv("depthwise times 3", [1, 6, 6, 3], Spatial(3), to: 9, Conv2D(groups: 3), bias: false),
    conv(
      "depthwise dilation 2", [1, 11, 11, 8], Spatial(3), to: 8,
      Conv2D(dilations: Spatial(2), padding: .same, groups: 8)),
    conv("depthwise 1x1", [1, 5, 5, 7], .one, to: 7, Conv2D(groups: 7)),
  ]

  // Rows shorter and longer than the pixels that kernels take at once, of whole, half and odd vectors.
  private static let rows: [OperatorSample] =
    [1, 3, 4, 6, 8, 11, 19].flatMap { width in
      [8, 16, 24, 35].map { channels in
        conv(
          "depthwise \(channels) on rows of \(width)", [2, 3, width, channels], Spatial(3),
          to: channels, Conv2D(padding: .same, groups: channels, activation: .relu6))
      }
    }
    + [19, 33, 37].flatMap { width in
      [
        conv(
          "3x3 stride 2 to 8 on rows of \(width)", [2, 5, width, 3], Spatial(3), to: 8,
          Conv2D(strides: Spatial(2), padding: .same, activation: .relu6)),
        conv("1x1 to 16 on rows of \(width)", [2, 2, width, 8], .one, to: 16),
        conv("1x1 to 40 on rows of \(width)", [1, 3, width, 5], .one, to: 40),
      ]
    }

  private static let channelCounts: [OperatorSample] = [1, 3, 5, 8, 16, 17, 32, 33, 64].flatMap {
    channels in
    [
      conv(
        "3x3 from \(channels) channels", [1, 7, 11, channels], Spatial(3), to: 17,
        Conv2D(padding: .same)),
      conv(
        "3x3 to \(channels) channels", [1, 7, 11, 5], Spatial(3), to: channels,
        Conv2D(padding: .same)),
      conv("1x1 from \(channels) channels", [1, 7, 11, channels], .one, to: 33),
      conv("1x1 to \(channels) channels", [1, 7, 11, 17], .one, to: channels),
    ]
  }

  private static let imageSizes: [OperatorSample] = [
    [1, 1], [1, 9], [9, 1], [2, 2], [3, 5], [7, 11], [13, 13], [17, 17],
  ].flatMap { size in
    [
      conv(
        "3x3 same on \(size[0])x\(size[1])", [1, size[0], size[1], 16], Spatial(3), to: 16,
        Conv2D(padding: .same)),
      conv("1x1 on \(size[0])x\(size[1])", [1, size[0], size[1], 17], .one, to: 16),
    ]
  }

  // The first two make the same program on CPUs: as many pixels and channels.
  private static let activated: [OperatorSample] = UnaryFunction.samples
    .filter(\.isActivation)
    .flatMap { function in
      [
        conv(
          "3x3 and \(function.summary)", [1, 5, 7, 5], Spatial(3), to: 16,
          Conv2D(padding: .same, activation: function)),
        conv(
          "1x1 and \(function.summary)", [1, 5, 7, 16], .one, to: 16,
          Conv2D(activation: function)),
        conv(
          "depthwise and \(function.summary)", [1, 5, 7, 8], Spatial(3), to: 8,
          Conv2D(padding: .same, groups: 8, activation: function)),
      ]
    }

  private static func splitting(_ splits: (Int, UnaryFunction?)..., padding: Padding = .valid)
    -> Conv2D
  {
    Conv2D(
      padding: padding,
      splits: splits.map { Conv2D.Split(channels: $0.0, activation: $0.1) })
  }

  private static let split: [OperatorSample] = [
    conv(
      "1x1 in 3 parts", [1, 7, 11, 33], .one, to: 64,
      splitting((16, .relu), (32, .relu), (16, .relu))),
    conv(
      "1x1 in odd parts", [2, 5, 7, 16], .one, to: 23,
      splitting((5, .relu), (17, nil), (1, .sigmoid))),
    conv(
      "1x1 in parts without bias", [1, 5, 7, 16], .one, to: 32,
      splitting((16, nil), (16, .relu)), bias: false),
    conv(
      "3x3 in 2 parts", [1, 7, 11, 5], Spatial(3), to: 20,
      splitting((4, .relu6), (16, .tanh), padding: .same)),
    conv("1x1 in 1 part", [1, 4, 4, 8], .one, to: 8, splitting((8, .relu))),
  ]

  private static let computed: [OperatorSample] = [
    conv("1x1 with fed weights", [1, 7, 11, 16], .one, to: 17, computedWeights: true),
    conv(
      "3x3 with fed weights and bias", [2, 7, 7, 5], Spatial(3), to: 16,
      Conv2D(padding: .same), computedWeights: true, computedBias: true),
    conv("3x3 with fed bias", [1, 7, 7, 5], Spatial(3), to: 16, computedBias: true),
    conv(
      "depthwise with fed weights", [1, 7, 7, 16], Spatial(3), to: 16,
      Conv2D(padding: .same, groups: 16), computedWeights: true),
    OperatorSample(
      "of a constant image", Conv2D(),
      [.constant([1, 4, 4, 3]), .fed([3, 3, 3, 5]), .fed([5])], tolerance: .close),
  ]
}
