import GraphIR
import TensorCore

/// The gradient of a convolution by its weights: what `Conv2D` of the same strides, dilations, padding and groups passes on.
///
/// Inputs: the convolution's image `[N, H, W, I]` and the gradient by its result `[N, OH, OW, O]`. Output
/// `[KH, KW, I/groups, O]`: for each weight the sum over all pixels of the image's element it met times the gradient.
public struct Conv2DWeightGradient: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "conv2d_weight_gradient"
  /// Rows and columns of the weights.
  public let kernel: Spatial
  /// Steps between neighbouring windows.
  public let strides: Spatial
  /// Steps between neighbouring taps.
  public let dilations: Spatial
  /// Zeros around the image.
  public let padding: Padding
  /// Number of independent groups of channels.
  public let groups: Int

  /// The gradient by weights of `kernel` rows and columns.
  public init(
    kernel: Spatial, strides: Spatial = .one, dilations: Spatial = .one, padding: Padding = .valid,
    groups: Int = 1
  ) {
    self.kernel = kernel
    self.strides = strides
    self.dilations = dilations
    self.padding = padding
    self.groups = groups
  }

  /// The gradient of a convolution by weights of `kernel` rows and columns.
  public init(of convolution: Conv2D, kernel: Spatial) {
    self.init(
      kernel: kernel, strides: convolution.strides, dilations: convolution.dilations,
      padding: convolution.padding, groups: convolution.groups)
  }

  /// The convolution's sliding window.
  public var window: Window {
    Window(kernel: kernel, strides: strides, dilations: dilations, padding: padding)
  }

  /// Validates shapes, groups and window; see the type's description for the formula.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 2...2)
    let (image, gradient) = (inputs[0].shape, inputs[1].shape)
    guard image.rank == 4 else {
      throw invalid("expected an image [N, H, W, C]", found: "\(image)")
    }
    try require(gradient, of: image, through: window, groups: groups)
    let weights = Shape([kernel.height, kernel.width, image[3] / groups, gradient[3]])
    guard weights.isValid else { throw invalid("expected a shape within Int", found: "\(weights)") }
    return [TensorType(weights)]
  }

  /// MACs: as many as the convolution's.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost {
    let gradient = inputs[1].shape
    return Cost(
      multiplyAdds: Cost.product(
        outputs[0].shape.elementCount, gradient[0], gradient[1], gradient[2]), inputs: inputs,
      outputs: outputs)
  }

  /// The window and the groups.
  public var attributes: [Attribute] {
    window.attributes + (groups == 1 ? [] : [Attribute("group", .int(groups))])
  }
}

/// The gradient of a convolution by its image: what `Conv2D` of the same strides, dilations, padding and groups passes on.
///
/// Inputs: the gradient by the convolution's result `[N, OH, OW, O]` and its weights `[KH, KW, I/groups, O]`. Output
/// `[N, H, W, I]`: every pixel gathers the windows that it was part of.
public struct Conv2DImageGradient: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "conv2d_image_gradient"
  /// Rows and columns of the convolution's image.
  public let image: Spatial
  /// Steps between neighbouring windows.
  public let strides: Spatial
  /// Steps between neighbouring taps.
  public let dilations: Spatial
  /// Zeros around the image.
  public let padding: Padding
  /// Number of independent groups of channels.
  public let groups: Int

  /// The gradient by an image of the given size.
  public init(
    image: Spatial, strides: Spatial = .one, dilations: Spatial = .one, padding: Padding = .valid,
    groups: Int = 1
  ) {
    self.image = image
    self.strides = strides
    self.dilations = dilations
    self.padding = padding
    self.groups = groups
  }

  /// The gradient of a convolution by an image of the given size.
  public init(of convolution: Conv2D, image: Spatial) {
    self.init(
      image: image, strides: convolution.strides, dilations: convolution.dilations,
      padding: convolution.padding, groups: convolution.groups)
  }

  /// The convolution's sliding window for weights of the given shape (HWIO).
  public func window(weights: Shape) -> Window {
    Window(
      kernel: Spatial(weights[0], weights[1]), strides: strides, dilations: dilations,
      padding: padding)
  }

  /// Validates shapes, groups and window; see the type's description for the formula.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 2...2)
    let (gradient, weights) = (inputs[0].shape, inputs[1].shape)
    guard gradient.rank == 4 else {
      throw invalid("expected a gradient [N, OH, OW, O]", found: "\(gradient)")
    }
    guard weights.rank == 4, weights.dimensions.allSatisfy({ $0 > 0 }), weights[3] == gradient[3]
    else {
      throw invalid(
        "expected weights [KH, KW, I/groups, \(gradient[3])] (HWIO)", found: "\(weights)")
    }
    guard image.list.allSatisfy({ (1...1 << 30).contains($0) }) else {
      throw invalid("expected an image between 1x1 and 2^30 rows and columns", found: "\(image)")
    }
    let (channels, overflow) = weights[2].multipliedReportingOverflow(by: max(1, groups))
    let result = Shape([gradient[0], image.height, image.width, channels])
    guard !overflow, result.isValid else {
      throw invalid("expected a shape within Int", found: "\(result)")
    }
    try require(gradient, of: result, through: window(weights: weights), groups: groups)
    return [TensorType(result)]
  }

  /// MACs: as many as the convolution's.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost {
    let weights = inputs[1].shape
    return Cost(
      multiplyAdds: Cost.product(
        inputs[0].shape.elementCount, weights[0], weights[1], weights[2]), inputs: inputs,
      outputs: outputs)
  }

  /// What differs from a plain unit-stride convolution, and the image's size.
  public var attributes: [Attribute] {
    var attributes = [
      Attribute("image_shape", .ints(image.list)), Attribute("strides", .ints(strides.list)),
    ]
    if dilations != .one { attributes.append(Attribute("dilations", .ints(dilations.list))) }
    attributes.append(padding.attribute)
    if groups != 1 { attributes.append(Attribute("group", .int(groups))) }
    return attributes
  }
}

extension Operator {
  /// Requires `gradient` to have the shape of a convolution's result, for an image `[N, H, W, I]`.
  fileprivate func require(
    _ gradient: Shape, of image: Shape, through window: Window, groups: Int
  ) throws(InceptError) {
    if let complaint = window.complaint {
      throw invalid(complaint.expectation, found: complaint.found)
    }
    guard let positions = window.positions(over: Spatial(image[1], image[2])) else {
      throw invalid(
        "expected an image of at least \(window.extent) with its padding", found: "\(image)")
    }
    guard gradient.rank == 4,
      Array(gradient.dimensions.prefix(3)) == [image[0], positions.height, positions.width]
    else {
      throw invalid(
        "expected a gradient [\(image[0]), \(positions.height), \(positions.width), O] for an image \(image)",
        found: "\(gradient)")
    }
    guard groups >= 1, image[3] % groups == 0, gradient[3] % groups == 0 else {
      throw invalid(
        "expected groups that divide \(image[3]) input and \(gradient[3]) output channels",
        found: "\(groups)")
    }
  }
}
