import GraphIR
import Operators
import TensorCore

/// The tutorial's digit classifier: three convolutions and two dense layers over 8x8 pictures.
enum DigitsCNN {
  /// Trained on the UCI optical digits; the weights are embedded (``EmbeddedResources/digitsWeights``).
  static let architecture = Architecture(
    name: "digits_cnn", form: nil, framework: .torch,
    summary: "three convolutions over 8x8 handwritten digits; weights included",
    input: ImageInput(
      name: "input", height: 8, width: 8, channels: 1, axisOrder: .nchw, preprocessing: .digits),
    output: "logits", outputIsProbability: false, labels: .digits, officialWeights: [],
    ignoredParameters: []
  ) { layers, image in
    var torch = TorchBuilder(layers)
    var x = torch.input(image)
    for (number, (channels, stride)) in [(16, 1), (32, 2), (32, 2)].enumerated() {
      x = torch.convolution(
        x, "conv\(number + 1)", channels, kernel: Spatial(3), strides: Spatial(stride),
        padding: .one)
      x = torch.relu(x, "relu\(number + 1)")
    }
    x = torch.layers.add(Flatten(axis: 1), [x], name: "flatten")
    x = torch.relu(torch.linear(x, "fc1", 32, imageChannels: 32), "relu4")
    x = torch.linear(x, "fc2", 10)
    layers = torch.layers
    return x
  }
}
