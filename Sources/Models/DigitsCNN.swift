import GraphIR
import Operators
import TensorCore

/// The tutorial's digit classifier: three convolutions and two dense layers over 8x8 pictures.
package enum DigitsCNN {
  /// Weights that `incept train` made of the UCI optical digits are embedded (``EmbeddedResources/digitsNetwork``), and
  /// bring their own preprocessing. What the architecture names is that of torch's weights.
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

  /// The layers with weights, as `incept train --model cnn` calls them, and how each one's weights differ.
  private static let layers: [(own: String, trained: String, layout: ParameterLayout)] = [
    ("conv1", "conv2d_1", .convolution), ("conv2", "conv2d_2", .convolution),
    ("conv3", "conv2d_3", .convolution), ("fc1", "dense_1", .linearOverImage(channels: 32)),
    ("fc2", "dense_2", .linear),
  ]

  /// The parameters of `incept train --model cnn` for 8x8 grey pictures of ten classes, under this architecture's names and in
  /// its layouts; nil for any others.
  ///
  /// What lies between the layers, parameters do not tell: that is the caller's to know.
  package static func parameters(trained values: ParameterSet) -> ParameterSet? {
    guard values.names.count == architecture.parameters.count else { return nil }
    var tensors: [String: HostTensor] = [:]
    for spec in architecture.parameters {
      guard let layer = layers.first(where: { spec.name.hasPrefix("\($0.own).") }) else {
        return nil
      }
      let layout = spec.shape.rank > 1 ? layer.layout : .unchanged
      guard let tensor = values[layer.trained + spec.name.dropFirst(layer.own.count)],
        tensor.shape == layout.translated(spec.shape), tensor.elementType.isFloatingPoint
      else { return nil }
      tensors[spec.name] = layout.restored(tensor, to: spec.shape)
    }
    return ParameterSet(source: values.source, tensors: tensors)
  }
}
