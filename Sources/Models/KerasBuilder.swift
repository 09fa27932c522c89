import GraphIR
import Operators
import TensorCore

/// The layers of Keras applications, numbered as Keras numbers them: by order of creation, from 1.
struct KerasBuilder {
  /// What the layers are added to.
  var layers: LayerBuilder
  private var counts: [String: Int] = [:]

  /// Starts a graph.
  init(_ layers: LayerBuilder) { self.layers = layers }

  /// `Conv2D` without bias, `BatchNormalization` without scale, and ReLU. Named `NAME`, `NAME_bn` and `NAME_ac`
  /// where there is a name.
  mutating func convolution(
    _ x: ValueID, _ channels: Int, _ rows: Int, _ columns: Int, stride: Int = 1,
    padding: Padding = .same, epsilon: Float = 0.001, name: String? = nil
  ) -> ValueID {
    let sums = conv(
      x, channels, Spatial(rows, columns), stride: stride, padding: padding, hasBias: false,
      name ?? next("conv2d"))
    let normalized = batchNorm(
      sums, name.map { "\($0)_bn" } ?? next("batch_normalization"), scales: false,
      epsilon: epsilon)
    return relu(normalized, name.map { "\($0)_ac" } ?? next("activation"))
  }

  /// `Conv2D`.
  mutating func conv(
    _ x: ValueID, _ channels: Int, _ kernel: Spatial, stride: Int = 1, padding: Padding = .same,
    hasBias: Bool, _ name: String
  ) -> ValueID {
    let inputs = layers.channels(x)
    let weights = layers.parameter(
      "\(name)/kernel", [kernel.height, kernel.width, inputs, channels],
      .weights(fanIn: kernel.height * kernel.width * inputs))
    let bias = hasBias ? [layers.parameter("\(name)/bias", [channels], .bias)] : []
    let op = Conv2D(strides: Spatial(stride), padding: padding)
    return layers.add(op, [x, weights] + bias, name: name)
  }

  /// `DepthwiseConv2D` 3x3 without bias, one filter a channel.
  mutating func depthwise(
    _ x: ValueID, stride: Int, padding: Padding, _ name: String
  ) -> ValueID {
    let channels = layers.channels(x)
    let weights = layers.parameter(
      "\(name)/depthwise_kernel", [3, 3, channels, 1], .weights(fanIn: 9), layout: .depthwise)
    let op = Conv2D(strides: Spatial(stride), padding: padding, groups: channels)
    return layers.add(op, [x, weights], name: name)
  }

  /// `BatchNormalization`.
  mutating func batchNorm(
    _ x: ValueID, _ name: String, scales: Bool = true, epsilon: Float = 0.001
  ) -> ValueID {
    let channels = layers.channels(x)
    let scale =
      scales
      ? layers.parameter("\(name)/gamma", [channels], .scale)
      : layers.constant("\(name)/gamma", [Float](repeating: 1, count: channels))
    let operands = [
      x, scale, layers.parameter("\(name)/beta", [channels], .shift),
      layers.parameter("\(name)/moving_mean", [channels], .mean),
      layers.parameter("\(name)/moving_variance", [channels], .variance),
    ]
    return layers.add(BatchNormalization(epsilon: epsilon), operands, name: name)
  }

  /// ReLU.
  mutating func relu(_ x: ValueID, _ name: String) -> ValueID {
    layers.add(Unary(.relu), [x], name: name)
  }

  /// `ZeroPadding2D`.
  mutating func pad(_ x: ValueID, before: Int, after: Int, _ name: String) -> ValueID {
    layers.add(
      Pad(before: [0, before, before, 0], after: [0, after, after, 0]), [x], name: name)
  }

  /// `MaxPooling2D` without padding.
  mutating func maxPool(_ x: ValueID, _ size: Int, stride: Int, _ name: String? = nil) -> ValueID {
    let window = Window(kernel: Spatial(size), strides: Spatial(stride))
    return layers.add(Pool2D(.max, window: window), [x], name: name ?? next("max_pooling2d"))
  }

  /// `MaxPooling2D` 3x3 of stride 2 without padding.
  mutating func maxPool(_ x: ValueID) -> ValueID { maxPool(x, 3, stride: 2) }

  /// `AveragePooling2D` 3x3 of stride 1 that keeps the size; padding does not count.
  mutating func averagePool(_ x: ValueID) -> ValueID {
    let window = Window(kernel: Spatial(3), padding: .same)
    return layers.add(Pool2D(.average, window: window), [x], name: next("average_pooling2d"))
  }

  /// `concatenate` along the channels.
  mutating func concat(_ values: [ValueID], _ name: String? = nil) -> ValueID {
    layers.add(Concat(axis: -1), values, name: name ?? next("concatenate"))
  }

  /// `Dense` with a softmax: two nodes, `NAME.logits` and `NAME`.
  mutating func classifier(_ x: ValueID, _ name: String, _ classes: Int) -> ValueID {
    let inputs = layers.channels(x)
    let weights = layers.parameter(
      "\(name)/kernel", [inputs, classes], .weights(fanIn: inputs))
    let bias = layers.parameter("\(name)/bias", [classes], .bias)
    let logits = layers.add(Dense(), [x, weights, bias], name: "\(name).logits")
    return layers.add(Softmax(axis: -1), [logits], name: name)
  }

  private mutating func next(_ kind: String) -> String {
    let number = counts[kind, default: 0] + 1
    counts[kind] = number
    return "\(kind)_\(number)"
  }
}
