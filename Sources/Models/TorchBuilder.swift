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

  /// `max_pool2d` without padding.
  mutating func maxPool(_ x: ValueID, _ name: String, kernel: Int, stride: Int) -> ValueID {
    let window = Window(kernel: Spatial(kernel), strides: Spatial(stride))
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
