import GraphIR
import Operators
import TensorCore

extension InceptionV3 {
  /// As Keras builds it: SAME padding, average pools that count no padding, batch norm without scale, softmax.
  static let keras = Architecture(
    name: "inception_v3", form: "keras", framework: .keras,
    summary: "Inception V3 as Keras builds it, ImageNet, 299x299",
    input: ImageInput(
      name: "input", height: 299, width: 299, channels: 3, axisOrder: .nhwc,
      preprocessing: .inception),
    output: "predictions", outputIsProbability: true, labels: .imagenet,
    officialWeights: [
      WeightSource(
        file: "inception_v3_weights_tf_dim_ordering_tf_kernels.h5",
        url: "https://storage.googleapis.com/tensorflow/keras-applications/inception_v3/"
          + "inception_v3_weights_tf_dim_ordering_tf_kernels.h5",
        byteCount: nil, checksum: .md5("9a0d58056eeedaa3f26cb7ebd46da564"))
    ],
    ignoredParameters: []
  ) { layers, image in
    let input = layers.input(image)
    var network = KerasInception(KerasBuilder(layers))
    let result = network.classified(input)
    layers = network.keras.layers
    return result
  }
}

/// The layers of Keras's Inception V3, in the order in which Keras creates them.
private struct KerasInception {
  var keras: KerasBuilder

  init(_ keras: KerasBuilder) { self.keras = keras }

  mutating func classified(_ input: ValueID) -> ValueID {
    var x = keras.convolution(input, 32, 3, 3, stride: 2, padding: .valid)
    x = keras.convolution(x, 32, 3, 3, padding: .valid)
    x = keras.convolution(x, 64, 3, 3)
    x = keras.maxPool(x)
    x = keras.convolution(x, 80, 1, 1, padding: .valid)
    x = keras.convolution(x, 192, 3, 3, padding: .valid)
    x = keras.maxPool(x)
    for (number, channels) in [32, 64, 64].enumerated() {
      x = mixed35(x, "mixed\(number)", pool: channels)
    }
    x = reduction17(x, "mixed3")
    for (number, channels) in [128, 160, 160, 192].enumerated() {
      x = mixed17(x, "mixed\(number + 4)", channels)
    }
    x = reduction8(x, "mixed8")
    for number in 0..<2 { x = mixed8(x, "mixed\(9 + number)", first: "mixed9_\(number)") }
    x = keras.layers.add(GlobalPool(.average, keepsAxes: false), [x], name: "avg_pool")
    return keras.classifier(x, "predictions", 1000)
  }

  private mutating func averageBranch(_ x: ValueID, _ channels: Int) -> ValueID {
    keras.convolution(keras.averagePool(x), channels, 1, 1)
  }

  private mutating func mixed35(_ x: ValueID, _ name: String, pool: Int) -> ValueID {
    let one = keras.convolution(x, 64, 1, 1)
    var five = keras.convolution(x, 48, 1, 1)
    five = keras.convolution(five, 64, 5, 5)
    var three = keras.convolution(x, 64, 1, 1)
    three = keras.convolution(three, 96, 3, 3)
    three = keras.convolution(three, 96, 3, 3)
    return keras.concat([one, five, three, averageBranch(x, pool)], name)
  }

  private mutating func reduction17(_ x: ValueID, _ name: String) -> ValueID {
    let three = keras.convolution(x, 384, 3, 3, stride: 2, padding: .valid)
    var double = keras.convolution(x, 64, 1, 1)
    double = keras.convolution(double, 96, 3, 3)
    double = keras.convolution(double, 96, 3, 3, stride: 2, padding: .valid)
    return keras.concat([three, double, keras.maxPool(x)], name)
  }

  private mutating func mixed17(_ x: ValueID, _ name: String, _ channels: Int) -> ValueID {
    let one = keras.convolution(x, 192, 1, 1)
    var seven = keras.convolution(x, channels, 1, 1)
    seven = keras.convolution(seven, channels, 1, 7)
    seven = keras.convolution(seven, 192, 7, 1)
    var double = keras.convolution(x, channels, 1, 1)
    double = keras.convolution(double, channels, 7, 1)
    double = keras.convolution(double, channels, 1, 7)
    double = keras.convolution(double, channels, 7, 1)
    double = keras.convolution(double, 192, 1, 7)
    return keras.concat([one, seven, double, averageBranch(x, 192)], name)
  }

  private mutating func reduction8(_ x: ValueID, _ name: String) -> ValueID {
    var three = keras.convolution(x, 192, 1, 1)
    three = keras.convolution(three, 320, 3, 3, stride: 2, padding: .valid)
    var seven = keras.convolution(x, 192, 1, 1)
    seven = keras.convolution(seven, 192, 1, 7)
    seven = keras.convolution(seven, 192, 7, 1)
    seven = keras.convolution(seven, 192, 3, 3, stride: 2, padding: .valid)
    return keras.concat([three, seven, keras.maxPool(x)], name)
  }

  private mutating func mixed8(_ x: ValueID, _ name: String, first: String) -> ValueID {
    let one = keras.convolution(x, 320, 1, 1)
    let three = keras.convolution(x, 384, 1, 1)
    let threeA = keras.convolution(three, 384, 1, 3)
    let threeB = keras.convolution(three, 384, 3, 1)
    let threes = keras.concat([threeA, threeB], first)
    var double = keras.convolution(x, 448, 1, 1)
    double = keras.convolution(double, 384, 3, 3)
    let doubleA = keras.convolution(double, 384, 1, 3)
    let doubleB = keras.convolution(double, 384, 3, 1)
    let doubles = keras.concat([doubleA, doubleB])
    return keras.concat([one, threes, doubles, averageBranch(x, 192)], name)
  }
}
