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

  /// `Conv2D` without bias, `BatchNormalization` without scale, and ReLU.
  mutating func convolution(
    _ x: ValueID, _ channels: Int, _ rows: Int, _ columns: Int, stride: Int = 1,
    padding: Padding = .same, epsilon: Float = 0.001
  ) -> ValueID {
    let inputs = layers.channels(x)
    let name = next("conv2d")
    let kernel = layers.parameter(
      "\(name)/kernel", [rows, columns, inputs, channels],
      .weights(fanIn: rows * columns * inputs))
    let op = Conv2D(strides: Spatial(stride), padding: padding)
    let sums = layers.add(op, [x, kernel], name: name)
    let normalized = batchNorm(sums, next("batch_normalization"), channels, epsilon: epsilon)
    return layers.add(Unary(.relu), [normalized], name: next("activation"))
  }

  private mutating func batchNorm(
    _ x: ValueID, _ name: String, _ channels: Int, epsilon: Float
  ) -> ValueID {
    let ones = layers.constant("\(name)/gamma", [Float](repeating: 1, count: channels))
    let operands = [
      x, ones, layers.parameter("\(name)/beta", [channels], .shift),
      layers.parameter("\(name)/moving_mean", [channels], .mean),
      layers.parameter("\(name)/moving_variance", [channels], .variance),
    ]
    return layers.add(BatchNormalization(epsilon: epsilon), operands, name: name)
  }

  /// `MaxPooling2D` 3x3 of stride 2 without padding.
  mutating func maxPool(_ x: ValueID) -> ValueID {
    let window = Window(kernel: Spatial(3), strides: Spatial(2))
    return layers.add(Pool2D(.max, window: window), [x], name: next("max_pooling2d"))
  }

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
