import GraphIR
import Operators
import TensorCore

/// The layers of torchvision models, by module name and with their parameters' names in a `state_dict`.
struct TorchBuilder {
  /// What the layers are added to.
  var layers: LayerBuilder

  /// Starts a graph.
  init(_ layers: LayerBuilder) { self.layers = layers }

  /// Adds the NCHW input and what brings it into the engine's order.
  mutating func input(_ image: ImageInput) -> ValueID {
    let value = layers.input(image)
    return layers.add(Transpose.toNHWC, [value], name: "\(image.name).nhwc")
  }

  /// `transform_input` of the networks whose weights come from TensorFlow: from ImageNet's mean and deviation to the
  /// mean 0.5 and deviation 0.5 of the original training, by these factors and terms of each colour.
  private static let transform = (
    scale: [0.229, 0.224, 0.225].map { $0 / 0.5 },
    shift: [0.485, 0.456, 0.406].map { ($0 - 0.5) / 0.5 }
  )

  /// `transform_input` before a convolution without padding, into which a pass can fold it.
  mutating func transformedInput(_ x: ValueID) -> ValueID {
    let (scale, shift) = Self.transform
    let factors = layers.constant("transform_input.scale", scale.map { Float($0) })
    let terms = layers.constant("transform_input.shift", shift.map { Float($0) })
    let scaled = layers.add(Binary(.mul), [x, factors], name: "transform_input.scaled")
    return layers.add(Binary(.add), [scaled, terms], name: "transform_input")
  }

  /// Adds the NCHW input and `transform_input` before a padded convolution. Terms can't be folded into that, since
  /// the padding has none; so they are added to whole planes, as `(x + shift/scale)·scale`, and the factors are left
  /// to the pass.
  mutating func inputTransformedForPadding(_ image: ImageInput) -> ValueID {
    let (scale, shift) = Self.transform
    let terms = layers.constant(
      "transform_input.shift", zip(shift, scale).map { Float($0 / $1) }, shape: [3, 1, 1])
    let factors = layers.constant("transform_input.scale", scale.map { Float($0) })
    let shifted = layers.add(
      Binary(.add), [layers.input(image), terms], name: "transform_input.shifted")
    let turned = layers.add(Transpose.toNHWC, [shifted], name: "\(image.name).nhwc")
    return layers.add(Binary(.mul), [turned, factors], name: "transform_input")
  }

  /// `BasicConv2d` of torchvision's Inception networks: a convolution without bias, a batch norm of epsilon 0.001,
  /// and ReLU, which has the module's name.
  mutating func basicConvolution(
    _ x: ValueID, _ name: String, _ channels: Int, kernel: Spatial, strides: Spatial = .one,
    padding: Spatial = Spatial(0)
  ) -> ValueID {
    let sums = convolution(
      x, "\(name).conv", channels, kernel: kernel, strides: strides, padding: padding, bias: false)
    return relu(batchNorm(sums, "\(name).bn", epsilon: 0.001), name)
  }

  /// `AdaptiveAvgPool2d` to one pixel, `Dropout` and `Linear`: how torchvision's classifiers end.
  mutating func classifier(_ x: ValueID, _ classes: Int, dropout: Float?) -> ValueID {
    var x = layers.add(GlobalPool(.average, keepsAxes: true), [x], name: "avgpool")
    if let dropout { x = layers.add(Dropout(ratio: dropout), [x], name: "dropout") }
    x = layers.add(Flatten(axis: 1), [x], name: "flatten")
    return linear(x, "fc", classes)
  }

  /// `nn.Conv2d` with a bias.
  mutating func convolution(
    _ x: ValueID, _ name: String, _ channels: Int, kernel: Spatial, strides: Spatial = .one,
    padding: Spatial = Spatial(0), bias: Bool = true
  ) -> ValueID {
    let inputs = layers.channels(x)
    var operands = [
      x,
      layers.parameter(
        "\(name).weight", [channels, inputs, kernel.height, kernel.width],
        .weights(fanIn: inputs * kernel.height * kernel.width), layout: .convolution),
    ]
    if bias { operands.append(layers.parameter("\(name).bias", [channels], .bias)) }
    let op = Conv2D(strides: strides, padding: .symmetric(padding.height, padding.width))
    return layers.add(op, operands, name: name)
  }

  /// `nn.BatchNorm2d`.
  mutating func batchNorm(_ x: ValueID, _ name: String, epsilon: Float) -> ValueID {
    let shape: Shape = [layers.channels(x)]
    let operands = [
      x, layers.parameter("\(name).weight", shape, .scale),
      layers.parameter("\(name).bias", shape, .shift),
      layers.parameter("\(name).running_mean", shape, .mean),
      layers.parameter("\(name).running_var", shape, .variance),
    ]
    return layers.add(BatchNormalization(epsilon: epsilon), operands, name: name)
  }

  /// `relu`, named for the module whose result it is.
  mutating func relu(_ x: ValueID, _ name: String) -> ValueID {
    layers.add(Unary(.relu), [x], name: name)
  }

  /// `nn.Linear`. After a flattened image, `imageChannels` says how many channels that had.
  mutating func linear(
    _ x: ValueID, _ name: String, _ features: Int, imageChannels: Int? = nil
  ) -> ValueID {
    let inputs = layers.channels(x)
    let weights = layers.parameter(
      "\(name).weight", [features, inputs], .weights(fanIn: inputs),
      layout: imageChannels.map { .linearOverImage(channels: $0) } ?? .linear)
    let bias = layers.parameter("\(name).bias", [features], .bias)
    return layers.add(Dense(), [x, weights, bias], name: name)
  }

  /// `max_pool2d`. With `ceilMode` a last window that overhangs the padded image counts.
  mutating func maxPool(
    _ x: ValueID, _ name: String, kernel: Int, stride: Int, padding: Int = 0,
    ceilMode: Bool = false
  ) -> ValueID {
    let window = Window(
      kernel: Spatial(kernel), strides: Spatial(stride), padding: .symmetric(padding, padding),
      ceilMode: ceilMode)
    return layers.add(Pool2D(.max, window: window), [x], name: name)
  }

  /// `avg_pool2d` of stride 1 that keeps the size and, as torch does unless told otherwise, counts padding.
  mutating func averagePool(_ x: ValueID, _ name: String, kernel: Int) -> ValueID {
    let window = Window(
      kernel: Spatial(kernel), padding: .symmetric(kernel / 2, kernel / 2))
    return layers.add(
      Pool2D(.average, window: window, countIncludePad: true), [x], name: name)
  }

  /// `torch.cat` along the channels.
  mutating func concat(_ values: [ValueID], _ name: String) -> ValueID {
    layers.add(Concat(axis: -1), values, name: name)
  }
}
