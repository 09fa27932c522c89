import GraphIR
import Operators
import TensorCore

/// ResNet-50 V2 as Keras builds it: He et al. 2016, "Identity Mappings in Deep Residual Networks", arXiv 1603.05027.
/// Strides stand at the end of a stage, not at its beginning.
enum ResNet50V2 {
  private static let file = "resnet50v2_weights_tf_dim_ordering_tf_kernels.h5"
  private static let epsilon: Float = 1.001e-5
  /// Inner channels, blocks, and the stride of the last block of each stage.
  private static let stages = [(64, 3, 2), (128, 4, 2), (256, 6, 2), (512, 3, 1)]

  /// For 1000 classes and images of 224x224.
  static let architecture = Architecture(
    name: "resnet50_v2", form: nil, framework: .keras,
    summary: "ResNet-50 V2 as Keras builds it, ImageNet, 224x224",
    input: ImageInput(
      name: "input", height: 224, width: 224, channels: 3, axisOrder: .nhwc,
      preprocessing: .inception),
    output: "predictions", outputIsProbability: true, labels: .imagenet,
    officialWeights: [
      WeightSource(
        file: file,
        url: "https://storage.googleapis.com/tensorflow/keras-applications/resnet/\(file)",
        byteCount: nil, checksum: .md5("3ef43a0b657b3be2300d5770ece849e0"))
    ],
    ignoredParameters: []
  ) { layers, image in
    let input = layers.input(image)
    var keras = KerasBuilder(layers)
    let result = classified(input, &keras)
    layers = keras.layers
    return result
  }

  private static func classified(_ input: ValueID, _ keras: inout KerasBuilder) -> ValueID {
    var x = keras.pad(input, before: 3, after: 3, "conv1_pad")
    x = keras.conv(x, 64, Spatial(7), stride: 2, padding: .valid, hasBias: true, "conv1_conv")
    x = keras.pad(x, before: 1, after: 1, "pool1_pad")
    x = keras.maxPool(x, 3, stride: 2, "pool1_pool")
    for (index, (channels, blocks, stride)) in stages.enumerated() {
      for block in 1...blocks {
        x = residual(
          x, channels, stride: block == blocks ? stride : 1, changesChannels: block == 1,
          "conv\(index + 2)_block\(block)", &keras)
      }
    }
    x = activated(x, "post", &keras)
    x = keras.layers.add(GlobalPool(.average, keepsAxes: false), [x], name: "avg_pool")
    return keras.classifier(x, "predictions", 1000)
  }

  private static func activated(
    _ x: ValueID, _ name: String, _ keras: inout KerasBuilder
  ) -> ValueID {
    keras.relu(keras.batchNorm(x, "\(name)_bn", epsilon: epsilon), "\(name)_relu")
  }

  private static func residual(
    _ x: ValueID, _ channels: Int, stride: Int, changesChannels: Bool, _ name: String,
    _ keras: inout KerasBuilder
  ) -> ValueID {
    let first = activated(x, "\(name)_preact", &keras)
    var shortcut = x
    if changesChannels {
      shortcut = keras.conv(
        first, 4 * channels, .one, stride: stride, padding: .valid, hasBias: true,
        "\(name)_0_conv")
    } else if stride > 1 {
      shortcut = keras.maxPool(x, 1, stride: stride)
    }
    var y = keras.conv(first, channels, .one, padding: .valid, hasBias: false, "\(name)_1_conv")
    y = activated(y, "\(name)_1", &keras)
    y = keras.pad(y, before: 1, after: 1, "\(name)_2_pad")
    y = keras.conv(
      y, channels, Spatial(3), stride: stride, padding: .valid, hasBias: false, "\(name)_2_conv")
    y = activated(y, "\(name)_2", &keras)
    y = keras.conv(y, 4 * channels, .one, padding: .valid, hasBias: true, "\(name)_3_conv")
    return keras.layers.add(Binary(.add), [shortcut, y], name: "\(name)_out")
  }
}
