import GraphIR
import Operators
import TensorCore

/// Inception-ResNet V2 as Keras builds it: Szegedy et al. 2016, arXiv 1602.07261, with the widths of the authors'
/// published weights.
enum InceptionResNetV2 {
  private static let file = "inception_resnet_v2_weights_tf_dim_ordering_tf_kernels.h5"

  /// For 1000 classes and images of 299x299.
  static let architecture = Architecture(
    name: "inception_resnet_v2", form: nil, framework: .keras,
    summary: "Inception-ResNet V2 as Keras builds it, ImageNet, 299x299",
    input: ImageInput(
      name: "input", height: 299, width: 299, channels: 3, axisOrder: .nhwc,
      preprocessing: .inception),
    output: "predictions", outputIsProbability: true, labels: .imagenet,
    officialWeights: [
      WeightSource(
        file: file,
        url: "https://storage.googleapis.com/tensorflow/keras-applications/inception_resnet_v2/"
          + file,
        byteCount: nil, checksum: .md5("e693bd0210a403b3192acc6073ad2e96"))
    ],
    ignoredParameters: []
  ) { layers, image in
    let input = layers.input(image)
    var network = Network(keras: KerasBuilder(layers))
    let result = network.classified(input)
    layers = network.keras.layers
    return result
  }

  /// The layers in the order in which Keras creates them.
  private struct Network {
    var keras: KerasBuilder

    mutating func classified(_ input: ValueID) -> ValueID {
      var x = keras.convolution(input, 32, 3, 3, stride: 2, padding: .valid)
      x = keras.convolution(x, 32, 3, 3, padding: .valid)
      x = keras.convolution(x, 64, 3, 3)
      x = keras.maxPool(x)
      x = keras.convolution(x, 80, 1, 1, padding: .valid)
      x = keras.convolution(x, 192, 3, 3, padding: .valid)
      x = keras.maxPool(x)
      x = mixed5(x)
      for number in 1...10 { x = block35(x, "block35_\(number)") }
      x = mixed6(x)
      for number in 1...20 { x = block17(x, "block17_\(number)") }
      x = mixed7(x)
      for number in 1...9 { x = block8(x, "block8_\(number)", scale: 0.2, isActivated: true) }
      x = block8(x, "block8_10", scale: 1, isActivated: false)
      x = keras.convolution(x, 1536, 1, 1, name: "conv_7b")
      x = keras.layers.add(GlobalPool(.average, keepsAxes: false), [x], name: "avg_pool")
      return keras.classifier(x, "predictions", 1000)
    }

    private mutating func mixed5(_ x: ValueID) -> ValueID {
      let one = keras.convolution(x, 96, 1, 1)
      var five = keras.convolution(x, 48, 1, 1)
      five = keras.convolution(five, 64, 5, 5)
      var three = keras.convolution(x, 64, 1, 1)
      three = keras.convolution(three, 96, 3, 3)
      three = keras.convolution(three, 96, 3, 3)
      let pooled = keras.convolution(keras.averagePool(x), 64, 1, 1)
      return keras.concat([one, five, three, pooled], "mixed_5b")
    }

    private mutating func mixed6(_ x: ValueID) -> ValueID {
      let one = keras.convolution(x, 384, 3, 3, stride: 2, padding: .valid)
      var two = keras.convolution(x, 256, 1, 1)
      two = keras.convolution(two, 256, 3, 3)
      two = keras.convolution(two, 384, 3, 3, stride: 2, padding: .valid)
      return keras.concat([one, two, keras.maxPool(x)], "mixed_6a")
    }

    private mutating func mixed7(_ x: ValueID) -> ValueID {
      var one = keras.convolution(x, 256, 1, 1)
      one = keras.convolution(one, 384, 3, 3, stride: 2, padding: .valid)
      var two = keras.convolution(x, 256, 1, 1)
      two = keras.convolution(two, 288, 3, 3, stride: 2, padding: .valid)
      var three = keras.convolution(x, 256, 1, 1)
      three = keras.convolution(three, 288, 3, 3)
      three = keras.convolution(three, 320, 3, 3, stride: 2, padding: .valid)
      return keras.concat([one, two, three, keras.maxPool(x)], "mixed_7a")
    }

    private mutating func block35(_ x: ValueID, _ name: String) -> ValueID {
      let one = keras.convolution(x, 32, 1, 1)
      var two = keras.convolution(x, 32, 1, 1)
      two = keras.convolution(two, 32, 3, 3)
      var three = keras.convolution(x, 32, 1, 1)
      three = keras.convolution(three, 48, 3, 3)
      three = keras.convolution(three, 64, 3, 3)
      return residual(x, [one, two, three], name, scale: 0.17)
    }

    private mutating func block17(_ x: ValueID, _ name: String) -> ValueID {
      let one = keras.convolution(x, 192, 1, 1)
      var seven = keras.convolution(x, 128, 1, 1)
      seven = keras.convolution(seven, 160, 1, 7)
      seven = keras.convolution(seven, 192, 7, 1)
      return residual(x, [one, seven], name, scale: 0.1)
    }

    private mutating func block8(
      _ x: ValueID, _ name: String, scale: Float, isActivated: Bool
    ) -> ValueID {
      let one = keras.convolution(x, 192, 1, 1)
      var three = keras.convolution(x, 192, 1, 1)
      three = keras.convolution(three, 224, 1, 3)
      three = keras.convolution(three, 256, 3, 1)
      return residual(x, [one, three], name, scale: scale, isActivated: isActivated)
    }

    /// `x` plus `scale` times the branches, joined and brought to `x`'s channels.
    private mutating func residual(
      _ x: ValueID, _ branches: [ValueID], _ name: String, scale: Float, isActivated: Bool = true
    ) -> ValueID {
      let mixed = keras.concat(branches, "\(name)_mixed")
      let up = keras.conv(
        mixed, keras.layers.channels(x), .one, hasBias: true, "\(name)_conv")
      let factor = keras.layers.constant("\(name)/scale", [scale])
      let scaled = keras.layers.add(Binary(.mul), [up, factor], name: "\(name).scaled")
      let sum = keras.layers.add(Binary(.add), [x, scaled], name: name)
      return isActivated ? keras.relu(sum, "\(name)_ac") : sum
    }
  }
}
