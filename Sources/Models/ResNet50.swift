import GraphIR
import Operators
import TensorCore

/// ResNet-50 as torchvision builds it: He et al. 2015, "Deep Residual Learning for Image Recognition", arXiv 1512.03385.
/// Strides stand in the 3x3 convolutions, not in the 1x1 before them as in the paper ("V1.5").
enum ResNet50 {
  private static let epsilon: Float = 1e-5
  /// Inner channels and blocks of each stage.
  private static let stages = [(64, 3), (128, 4), (256, 6), (512, 3)]

  /// For 1000 classes and images of 224x224.
  ///
  /// Of the official weights the first were trained for the preprocessing that Incept calls `torchvision`; the second
  /// (`IMAGENET1K_V2`) for a shorter side of 232 pixels before the crop.
  static let architecture = Architecture(
    name: "resnet50", form: nil, framework: .torch,
    summary: "ResNet-50 (V1.5) as torchvision builds it, ImageNet, 224x224",
    input: ImageInput(
      name: "input", height: 224, width: 224, channels: 3, axisOrder: .nchw,
      preprocessing: .torchvision),
    output: "logits", outputIsProbability: false, labels: .imagenet,
    officialWeights: ["0676ba61", "11ad3fa6"].map { hash in
      WeightSource(
        file: "resnet50-\(hash).pth",
        url: "https://download.pytorch.org/models/resnet50-\(hash).pth", byteCount: nil,
        checksum: .sha256Prefix(hash))
    },
    ignoredParameters: ["*.num_batches_tracked"]
  ) { layers, image in
    var torch = TorchBuilder(layers)
    let result = classified(image, &torch)
    layers = torch.layers
    return result
  }

  private static func classified(_ image: ImageInput, _ torch: inout TorchBuilder) -> ValueID {
    var x = torch.input(image)
    x = normalized(
      x, 64, "conv1", "bn1", kernel: Spatial(7), strides: Spatial(2), padding: Spatial(3), &torch)
    x = torch.relu(x, "relu")
    x = torch.maxPool(x, "maxpool", kernel: 3, stride: 2, padding: 1)
    for (index, (channels, blocks)) in stages.enumerated() {
      for block in 0..<blocks {
        x = bottleneck(
          x, channels, stride: index > 0 && block == 0 ? 2 : 1, changesShape: block == 0,
          "layer\(index + 1).\(block)", &torch)
      }
    }
    return torch.classifier(x, 1000, dropout: nil)
  }

  private static func normalized(
    _ x: ValueID, _ channels: Int, _ convolution: String, _ norm: String, kernel: Spatial,
    strides: Spatial = .one, padding: Spatial = Spatial(0), _ torch: inout TorchBuilder
  ) -> ValueID {
    let sums = torch.convolution(
      x, convolution, channels, kernel: kernel, strides: strides, padding: padding, bias: false)
    return torch.batchNorm(sums, norm, epsilon: epsilon)
  }

  /// `Bottleneck`. torchvision calls its one ReLU module three times; the last result has the block's name.
  private static func bottleneck(
    _ x: ValueID, _ channels: Int, stride: Int, changesShape: Bool, _ name: String,
    _ torch: inout TorchBuilder
  ) -> ValueID {
    var y = normalized(x, channels, "\(name).conv1", "\(name).bn1", kernel: .one, &torch)
    y = torch.relu(y, "\(name).relu1")
    y = normalized(
      y, channels, "\(name).conv2", "\(name).bn2", kernel: Spatial(3), strides: Spatial(stride),
      padding: .one, &torch)
    y = torch.relu(y, "\(name).relu2")
    y = normalized(y, 4 * channels, "\(name).conv3", "\(name).bn3", kernel: .one, &torch)
    let shortcut =
      changesShape
      ? normalized(
        x, 4 * channels, "\(name).downsample.0", "\(name).downsample.1", kernel: .one,
        strides: Spatial(stride), &torch) : x
    return torch.relu(
      torch.layers.add(Binary(.add), [y, shortcut], name: "\(name).add"), name)
  }
}
