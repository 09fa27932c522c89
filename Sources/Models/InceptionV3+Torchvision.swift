import GraphIR
import Operators
import TensorCore

/// Inception V3 (Szegedy et al. 2015, arXiv 1512.00567), in the two forms that weights exist for.
enum InceptionV3 {}

extension InceptionV3 {
  /// As torchvision builds it: `transform_input`, average pools that count padding, batch norm with scale. The
  /// auxiliary head's weights are ignored.
  static let torchvision = Architecture(
    name: "inception_v3", form: "torchvision", framework: .torch,
    summary: "Inception V3 as torchvision builds it, ImageNet, 299x299",
    input: ImageInput(
      name: "input", height: 299, width: 299, channels: 3, axisOrder: .nchw,
      preprocessing: .torchvision),
    output: "logits", outputIsProbability: false, labels: .imagenet,
    officialWeights: [
      WeightSource(
        file: "inception_v3_google-0cc3c7bd.pth",
        url: "https://download.pytorch.org/models/inception_v3_google-0cc3c7bd.pth",
        byteCount: nil, checksum: .sha256Prefix("0cc3c7bd")),
      WeightSource(
        file: "inception_v3_google-1a9a5a14.pth",
        url: "https://download.pytorch.org/models/inception_v3_google-1a9a5a14.pth",
        byteCount: nil, checksum: .sha256Prefix("1a9a5a14")),
    ],
    ignoredParameters: ["AuxLogits.", "*.num_batches_tracked"]
  ) { layers, image in
    var network = TorchvisionInception(TorchBuilder(layers))
    let result = network.classified(image)
    layers = network.torch.layers
    return result
  }
}

/// The modules of torchvision's Inception V3.
private struct TorchvisionInception {
  var torch: TorchBuilder
  /// `Mixed_5b.` inside that module.
  private var scope = ""

  init(_ torch: TorchBuilder) { self.torch = torch }

  mutating func classified(_ image: ImageInput) -> ValueID {
    var x = torch.transformedInput(torch.input(image))
    x = conv(x, "Conv2d_1a_3x3", 32, 3, 3, stride: 2, pad: false)
    x = conv(x, "Conv2d_2a_3x3", 32, 3, 3, pad: false)
    x = conv(x, "Conv2d_2b_3x3", 64, 3, 3)
    x = torch.maxPool(x, "maxpool1", kernel: 3, stride: 2)
    x = conv(x, "Conv2d_3b_1x1", 80, 1, 1)
    x = conv(x, "Conv2d_4a_3x3", 192, 3, 3, pad: false)
    x = torch.maxPool(x, "maxpool2", kernel: 3, stride: 2)
    x = blockA(x, "Mixed_5b", pool: 32)
    x = blockA(x, "Mixed_5c", pool: 64)
    x = blockA(x, "Mixed_5d", pool: 64)
    x = blockB(x, "Mixed_6a")
    x = blockC(x, "Mixed_6b", 128)
    x = blockC(x, "Mixed_6c", 160)
    x = blockC(x, "Mixed_6d", 160)
    x = blockC(x, "Mixed_6e", 192)
    x = blockD(x, "Mixed_7a")
    x = blockE(x, "Mixed_7b")
    x = blockE(x, "Mixed_7c")
    return torch.classifier(x, 1000, dropout: 0.5)
  }

  /// `BasicConv2d`. Padding keeps the size of stride 1, or there is none.
  private mutating func conv(
    _ x: ValueID, _ name: String, _ channels: Int, _ rows: Int, _ columns: Int, stride: Int = 1,
    pad: Bool = true
  ) -> ValueID {
    torch.basicConvolution(
      x, scope + name, channels, kernel: Spatial(rows, columns), strides: Spatial(stride),
      padding: pad ? Spatial(rows / 2, columns / 2) : Spatial(0))
  }

  private mutating func averageBranch(_ x: ValueID, _ channels: Int) -> ValueID {
    let pooled = torch.averagePool(x, "\(scope)branch_pool.pool", kernel: 3)
    return conv(pooled, "branch_pool", channels, 1, 1)
  }

  private mutating func maxBranch(_ x: ValueID) -> ValueID {
    torch.maxPool(x, "\(scope)branch_pool", kernel: 3, stride: 2)
  }

  /// `InceptionA`.
  private mutating func blockA(_ x: ValueID, _ name: String, pool: Int) -> ValueID {
    scope = "\(name)."
    defer { scope = "" }
    let one = conv(x, "branch1x1", 64, 1, 1)
    var five = conv(x, "branch5x5_1", 48, 1, 1)
    five = conv(five, "branch5x5_2", 64, 5, 5)
    var three = conv(x, "branch3x3dbl_1", 64, 1, 1)
    three = conv(three, "branch3x3dbl_2", 96, 3, 3)
    three = conv(three, "branch3x3dbl_3", 96, 3, 3)
    return torch.concat([one, five, three, averageBranch(x, pool)], name)
  }

  /// `InceptionB`.
  private mutating func blockB(_ x: ValueID, _ name: String) -> ValueID {
    scope = "\(name)."
    defer { scope = "" }
    let three = conv(x, "branch3x3", 384, 3, 3, stride: 2, pad: false)
    var double = conv(x, "branch3x3dbl_1", 64, 1, 1)
    double = conv(double, "branch3x3dbl_2", 96, 3, 3)
    double = conv(double, "branch3x3dbl_3", 96, 3, 3, stride: 2, pad: false)
    return torch.concat([three, double, maxBranch(x)], name)
  }

  /// `InceptionC`.
  private mutating func blockC(_ x: ValueID, _ name: String, _ channels: Int) -> ValueID {
    scope = "\(name)."
    defer { scope = "" }
    let one = conv(x, "branch1x1", 192, 1, 1)
    var seven = conv(x, "branch7x7_1", channels, 1, 1)
    seven = conv(seven, "branch7x7_2", channels, 1, 7)
    seven = conv(seven, "branch7x7_3", 192, 7, 1)
    var double = conv(x, "branch7x7dbl_1", channels, 1, 1)
    double = conv(double, "branch7x7dbl_2", channels, 7, 1)
    double = conv(double, "branch7x7dbl_3", channels, 1, 7)
    double = conv(double, "branch7x7dbl_4", channels, 7, 1)
    double = conv(double, "branch7x7dbl_5", 192, 1, 7)
    return torch.concat([one, seven, double, averageBranch(x, 192)], name)
  }

  /// `InceptionD`.
  private mutating func blockD(_ x: ValueID, _ name: String) -> ValueID {
    scope = "\(name)."
    defer { scope = "" }
    var three = conv(x, "branch3x3_1", 192, 1, 1)
    three = conv(three, "branch3x3_2", 320, 3, 3, stride: 2, pad: false)
    var seven = conv(x, "branch7x7x3_1", 192, 1, 1)
    seven = conv(seven, "branch7x7x3_2", 192, 1, 7)
    seven = conv(seven, "branch7x7x3_3", 192, 7, 1)
    seven = conv(seven, "branch7x7x3_4", 192, 3, 3, stride: 2, pad: false)
    return torch.concat([three, seven, maxBranch(x)], name)
  }

  /// `InceptionE`.
  private mutating func blockE(_ x: ValueID, _ name: String) -> ValueID {
    scope = "\(name)."
    defer { scope = "" }
    let one = conv(x, "branch1x1", 320, 1, 1)
    let three = conv(x, "branch3x3_1", 384, 1, 1)
    let threeA = conv(three, "branch3x3_2a", 384, 1, 3)
    let threeB = conv(three, "branch3x3_2b", 384, 3, 1)
    let threes = torch.concat([threeA, threeB], "\(scope)branch3x3")
    var double = conv(x, "branch3x3dbl_1", 448, 1, 1)
    double = conv(double, "branch3x3dbl_2", 384, 3, 3)
    let doubleA = conv(double, "branch3x3dbl_3a", 384, 1, 3)
    let doubleB = conv(double, "branch3x3dbl_3b", 384, 3, 1)
    let doubles = torch.concat([doubleA, doubleB], "\(scope)branch3x3dbl")
    return torch.concat([one, threes, doubles, averageBranch(x, 192)], name)
  }
}
