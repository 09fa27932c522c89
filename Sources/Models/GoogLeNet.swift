import GraphIR
import Operators
import TensorCore

/// GoogLeNet as torchvision builds it: Szegedy et al. 2014, "Going Deeper with Convolutions", arXiv 1409.4842, with batch
/// norms in place of biases and LRN. What the paper calls 5x5 is 3x3 here, as the published weights are.
enum GoogLeNet {
  private static let file = "googlenet-1378be20.pth"

  /// For 1000 classes and images of 224x224. The auxiliary heads' weights are ignored.
  static let architecture = Architecture(
    name: "googlenet", form: nil, framework: .torch,
    summary: "GoogLeNet (Inception V1) as torchvision builds it, ImageNet, 224x224",
    input: ImageInput(
      name: "input", height: 224, width: 224, channels: 3, axisOrder: .nchw,
      preprocessing: .torchvision),
    output: "logits", outputIsProbability: false, labels: .imagenet,
    officialWeights: [
      WeightSource(
        file: file, url: "https://download.pytorch.org/models/\(file)", byteCount: nil,
        checksum: .sha256Prefix("1378be20"))
    ],
    ignoredParameters: ["aux1.", "aux2.", "*.num_batches_tracked"]
  ) { layers, image in
    var torch = TorchBuilder(layers)
    let result = classified(image, &torch)
    layers = torch.layers
    return result
  }

  /// Channels of an inception module, in the order of the paper's table 1.
  private struct Module {
    let name: String
    let one: Int, threeReduced: Int, three: Int, fiveReduced: Int, five: Int, pool: Int

    init(_ name: String, _ channels: (Int, Int, Int, Int, Int, Int)) {
      self.name = "inception\(name)"
      (one, threeReduced, three, fiveReduced, five, pool) = channels
    }
  }

  private static let third = [
    Module("3a", (64, 96, 128, 16, 32, 32)), Module("3b", (128, 128, 192, 32, 96, 64)),
  ]
  private static let fourth = [
    Module("4a", (192, 96, 208, 16, 48, 64)), Module("4b", (160, 112, 224, 24, 64, 64)),
    Module("4c", (128, 128, 256, 24, 64, 64)), Module("4d", (112, 144, 288, 32, 64, 64)),
    Module("4e", (256, 160, 320, 32, 128, 128)),
  ]
  private static let fifth = [
    Module("5a", (256, 160, 320, 32, 128, 128)), Module("5b", (384, 192, 384, 48, 128, 128)),
  ]

  private static func classified(_ image: ImageInput, _ torch: inout TorchBuilder) -> ValueID {
    var x = torch.inputTransformedForPadding(image)
    x = torch.basicConvolution(
      x, "conv1", 64, kernel: Spatial(7), strides: Spatial(2), padding: Spatial(3))
    x = torch.maxPool(x, "maxpool1", kernel: 3, stride: 2, ceilMode: true)
    x = torch.basicConvolution(x, "conv2", 64, kernel: .one)
    x = torch.basicConvolution(x, "conv3", 192, kernel: Spatial(3), padding: .one)
    x = torch.maxPool(x, "maxpool2", kernel: 3, stride: 2, ceilMode: true)
    for module in third { x = inception(x, module, &torch) }
    x = torch.maxPool(x, "maxpool3", kernel: 3, stride: 2, ceilMode: true)
    for module in fourth { x = inception(x, module, &torch) }
    x = torch.maxPool(x, "maxpool4", kernel: 2, stride: 2, ceilMode: true)
    for module in fifth { x = inception(x, module, &torch) }
    return torch.classifier(x, 1000, dropout: 0.2)
  }

  private static func inception(
    _ x: ValueID, _ module: Module, _ torch: inout TorchBuilder
  ) -> ValueID {
    func path(_ branch: String) -> String { "\(module.name).\(branch)" }
    let one = torch.basicConvolution(x, path("branch1"), module.one, kernel: .one)
    var three = torch.basicConvolution(x, path("branch2.0"), module.threeReduced, kernel: .one)
    three = torch.basicConvolution(
      three, path("branch2.1"), module.three, kernel: Spatial(3), padding: .one)
    var five = torch.basicConvolution(x, path("branch3.0"), module.fiveReduced, kernel: .one)
    five = torch.basicConvolution(
      five, path("branch3.1"), module.five, kernel: Spatial(3), padding: .one)
    var pool = torch.maxPool(
      x, path("branch4.0"), kernel: 3, stride: 1, padding: 1, ceilMode: true)
    pool = torch.basicConvolution(pool, path("branch4.1"), module.pool, kernel: .one)
    return torch.concat([one, three, five, pool], module.name)
  }
}
