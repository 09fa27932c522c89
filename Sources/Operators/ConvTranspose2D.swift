import GraphIR
import TensorCore

/// Transposed 2-D convolution (the gradient of a convolution with respect to its image), then bias and activation.
///
/// Inputs: image `[N, H, W, I]`, weights `[KH, KW, I, O/groups]`, optional bias `[O]`. Every input pixel adds its
/// channels times the weights to the window at `stride` times its place, from which the border is cut off. Group `g`
/// is input channels `g·I/groups …` and output channels `g·O/groups …`.
public struct ConvTranspose2D: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "conv_transpose2d"
  /// Steps between neighbouring windows.
  public let strides: Spatial
  /// Steps between neighbouring taps.
  public let dilations: Spatial
  /// Rows and columns that are cut off; negative: added.
  public let border: Border
  /// Rows and columns added below and right.
  public let outputPadding: Spatial
  /// Number of independent groups of channels.
  public let groups: Int
  /// Applied after the bias.
  public let activation: UnaryFunction?

  /// A transposed convolution.
  public init(
    strides: Spatial = .one, dilations: Spatial = .one, border: Border = .none,
    outputPadding: Spatial = Spatial(0), groups: Int = 1, activation: UnaryFunction? = nil
  ) {
    self.strides = strides
    self.dilations = dilations
    self.border = border
    self.outputPadding = outputPadding
    self.groups = groups
    self.activation = activation
  }

  /// Validates shapes, groups and numbers; see the type's description for the formula.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 2...3)
    let (image, weights) = (inputs[0].shape, inputs[1].shape)
    guard image.rank == 4, image[1] > 0, image[2] > 0 else {
      throw invalid("expected an image [N, H, W, C] of at least one pixel", found: "\(image)")
    }
    guard weights.rank == 4, weights.dimensions.allSatisfy({ $0 > 0 }) else {
      throw invalid("expected weights [KH, KW, I, O/groups]", found: "\(weights)")
    }
    guard groups >= 1, image[3] % groups == 0 else {
      throw invalid("expected groups that divide \(image[3]) input channels", found: "\(groups)")
    }
    guard weights[2] == image[3] else {
      let wanted = Shape([weights[0], weights[1], image[3], weights[3]])
      throw invalid(
        "expected weights \(wanted) ([KH, KW, I, O/groups]) for an image \(image)",
        found: "\(weights)")
    }
    let (channels, overflow) = weights[3].multipliedReportingOverflow(by: groups)
    guard !overflow else { throw invalid("expected a shape within Int", found: "\(weights)") }
    if inputs.count == 3, inputs[2].shape != [channels] {
      throw invalid("expected bias [\(channels)]", found: "\(inputs[2].shape)")
    }
    let window = Window(
      kernel: Spatial(weights[0], weights[1]), strides: strides, dilations: dilations)
    if let complaint = window.complaint {
      throw invalid(complaint.expectation, found: complaint.found)
    }
    guard border.list.allSatisfy({ (-1 << 20...1 << 20).contains($0) }) else {
      throw invalid("expected pads within \(1 << 20)", found: "\(border.list)")
    }
    guard outputPadding.list.allSatisfy({ (0...1 << 20).contains($0) }) else {
      throw invalid(
        "expected output_padding between 0 and \(1 << 20)", found: "\(outputPadding)")
    }
    guard image[1] <= 1 << 30, image[2] <= 1 << 30 else {
      throw invalid("expected an image of at most \(1 << 30) rows and columns", found: "\(image)")
    }
    let extent = window.extent
    let height =
      (image[1] - 1) * strides.height + extent.height + outputPadding.height - border.top
      - border.bottom
    let width =
      (image[2] - 1) * strides.width + extent.width + outputPadding.width - border.left
      - border.right
    guard height > 0, width > 0 else {
      throw invalid(
        "expected pads that leave at least one pixel", found: "\([height, width]) pixels")
    }
    let result = Shape([image[0], height, width, channels])
    guard result.isValid else { throw invalid("expected a shape within Int", found: "\(result)") }
    return [TensorType(result)]
  }

  /// MACs: input elements × taps × output channels per group.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost {
    let weights = inputs[1].shape
    return Cost(
      multiplyAdds: Cost.product(
        inputs[0].shape.elementCount, weights[0], weights[1], weights[3]), inputs: inputs,
      outputs: outputs)
  }

  /// What differs from the defaults, and strides and pads.
  public var attributes: [Attribute] {
    var attributes = [Attribute("strides", .ints(strides.list))]
    if dilations != .one { attributes.append(Attribute("dilations", .ints(dilations.list))) }
    attributes.append(Attribute("pads", .ints(border.list)))
    if outputPadding != Spatial(0) {
      attributes.append(Attribute("output_padding", .ints(outputPadding.list)))
    }
    if groups != 1 { attributes.append(Attribute("group", .int(groups))) }
    if let activation { attributes.append(Attribute("activation", .text(activation.summary))) }
    return attributes
  }
}
