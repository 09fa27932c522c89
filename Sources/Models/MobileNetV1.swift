import GraphIR
import Operators
import TensorCore

/// MobileNet V1 as Keras builds it: Howard et al. 2017, arXiv 1704.04861, of any width multiplier.
enum MobileNetV1 {
  /// The network's name, of all widths.
  static let name = "mobilenet_v1"
  /// Channels of the last block in the paper; a width is counted as the channels it leaves of them.
  private static let fullWidth = 1024
  /// The widths of the official weights: multipliers 1, 0.75, 0.5 and 0.25.
  static let widths = [1024, 768, 512, 256]
  /// How the files of the official weights spell their multipliers.
  private static let files = [1024: "1_0", 768: "7_5", 512: "5_0", 256: "2_5"]
  /// Channels, and the stride, of each block's output at multiplier 1 (table 1 of the paper).
  private static let blocks = [
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1),
    (512, 1), (512, 1), (1024, 2), (1024, 1),
  ]

  /// The network whose last block has `width` channels: multiplier `width / 1024`. Every multiplier has such a
  /// width, since channels are rounded down and all divide 1024.
  static func architecture(width: Int) -> Architecture {
    let official = files[width].map { [weights($0)] } ?? []
    return Architecture(
      name: name, form: text(width), framework: .keras,
      summary: "MobileNet V1 of width \(text(width)) as Keras builds it, ImageNet, 224x224",
      input: ImageInput(
        name: "input", height: 224, width: 224, channels: 3, axisOrder: .nhwc,
        preprocessing: .inception),
      output: "predictions", outputIsProbability: true, labels: .imagenet,
      officialWeights: official, ignoredParameters: []
    ) { layers, image in
      let input = layers.input(image)
      var keras = KerasBuilder(layers)
      let result = classified(input, width, &keras)
      layers = keras.layers
      return result
    }
  }

  /// The width of the network that a file's layers seem to be of; nil where they can't be MobileNet's.
  static func width(of layers: [KerasBinding.Layer]) -> Int? {
    let last = layers.flatMap(\.weights).map(\.tensor.shape).last {
      $0.rank == 4 && $0[0] == 1 && $0[1] == 1 && $0[2] == $0[3]
    }
    return last.flatMap { plausible($0[3]) }
  }

  /// The width of the network that parameters seem to be of, by name.
  static func width(of values: ParameterSet) -> Int? {
    guard let shape = values["conv_pw_13/kernel"]?.shape, shape.rank == 4 else { return nil }
    return plausible(shape[3])
  }

  /// Every layer must have a channel, and no multiplier is beyond 8.
  private static func plausible(_ width: Int) -> Int? {
    (fullWidth / 32...8 * fullWidth).contains(width) ? width : nil
  }

  /// The shortest multiplier that gives the width: `0.25`.
  private static func text(_ width: Int) -> String {
    for scale in [10, 100, 1000] {
      let number = (width * scale + fullWidth - 1) / fullWidth
      if number * fullWidth / scale == width { return "\(Double(number) / Double(scale))" }
    }
    return "\(Double(width) / Double(fullWidth))"
  }

  private static func weights(_ multiplier: String) -> WeightSource {
    let file = "mobilenet_\(multiplier)_224_tf.h5"
    return WeightSource(
      file: file,
      url: "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet/\(file)",
      byteCount: nil, checksum: nil)
  }

  private static func classified(
    _ input: ValueID, _ width: Int, _ keras: inout KerasBuilder
  ) -> ValueID {
    func channels(_ full: Int) -> Int { full * width / fullWidth }
    func normalized(_ x: ValueID, _ name: String) -> ValueID {
      keras.layers.add(
        Unary(.relu6), [keras.batchNorm(x, "\(name)_bn")], name: "\(name)_relu")
    }
    var x = keras.conv(
      input, channels(32), Spatial(3), stride: 2, hasBias: false, "conv1")
    x = normalized(x, "conv1")
    for (index, (full, stride)) in blocks.enumerated() {
      let number = index + 1
      if stride == 2 { x = keras.pad(x, before: 0, after: 1, "conv_pad_\(number)") }
      x = keras.depthwise(
        x, stride: stride, padding: stride == 1 ? .same : .valid, "conv_dw_\(number)")
      x = normalized(x, "conv_dw_\(number)")
      x = keras.conv(x, channels(full), .one, hasBias: false, "conv_pw_\(number)")
      x = normalized(x, "conv_pw_\(number)")
    }
    x = keras.layers.add(
      GlobalPool(.average, keepsAxes: true), [x], name: "global_average_pooling2d")
    x = keras.conv(x, 1000, .one, hasBias: true, "conv_preds")
    x = keras.layers.add(Reshape([0, 1000]), [x], name: "reshape_2")
    return keras.layers.add(Softmax(axis: -1), [x], name: "predictions")
  }
}
