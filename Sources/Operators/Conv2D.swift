import GraphIR
import TensorCore

/// Two-dimensional convolution (cross-correlation, as every framework computes it).
///
/// Inputs: image `[N, H, W, I]`, weights `[KH, KW, I/groups, O]` (HWIO), optionally bias `[O]`; each may be a
/// constant or computed. Output `[N, OH, OW, O]`, or one `[N, OH, OW, Oᵢ]` per split. With `groups = I` the
/// convolution is depthwise, output channel `o` reading input channel `o / (O / I)`.
public struct Conv2D: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "conv2d"
  /// Steps between neighbouring windows.
  public let strides: Spatial
  /// Steps between neighbouring taps.
  public let dilations: Spatial
  /// Zeros around the image.
  public let padding: Padding
  /// Number of independent groups of channels.
  public let groups: Int
  /// Applied after the bias to every channel; nil where there are splits.
  public let activation: UnaryFunction?
  /// Where siblings were merged: the output's channels cut into several outputs. Empty: one output.
  public let splits: [Split]

  /// A range of a merged convolution's channels that is an output of its own.
  public struct Split: Hashable, Sendable, Codable {
    /// Number of channels.
    public let channels: Int
    /// Applied after the bias to these channels.
    public let activation: UnaryFunction?

    /// A split.
    public init(channels: Int, activation: UnaryFunction?) {
      self.channels = channels
      self.activation = activation
    }
  }

  /// A convolution.
  public init(
    strides: Spatial = .one, dilations: Spatial = .one, padding: Padding = .valid,
    groups: Int = 1, activation: UnaryFunction? = nil, splits: [Split] = []
  ) {
    self.strides = strides
    self.dilations = dilations
    self.padding = padding
    self.groups = groups
    self.activation = activation
    self.splits = splits
  }

  /// A copy with another activation.
  public func with(activation: UnaryFunction?) -> Conv2D {
    Conv2D(
      strides: strides, dilations: dilations, padding: padding, groups: groups,
      activation: activation, splits: splits)
  }

  /// The sliding window for weights of the given shape (HWIO).
  public func window(weights: Shape) -> Window {
    Window(
      kernel: Spatial(weights[0], weights[1]), strides: strides, dilations: dilations,
      padding: padding)
  }

  /// Validates shapes, groups and window; see the type's description for the formula.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 2...3)
    let (image, weights) = (inputs[0].shape, inputs[1].shape)
    guard image.rank == 4 else {
      throw invalid("expected an image [N, H, W, C]", found: "\(image)")
    }
    guard weights.rank == 4, weights.dimensions.allSatisfy({ $0 > 0 }) else {
      throw invalid("expected weights [KH, KW, I/groups, O] (HWIO)", found: "\(weights)")
    }
    let outputChannels = weights[3]
    guard groups >= 1, image[3] % groups == 0, outputChannels % groups == 0 else {
      throw invalid(
        "expected groups that divide \(image[3]) input and \(outputChannels) output channels",
        found: "\(groups)")
    }
    guard weights[2] == image[3] / groups else {
      let wanted = Shape([weights[0], weights[1], image[3] / groups, outputChannels])
      throw invalid(
        "expected weights \(wanted) (HWIO) for an image \(image)", found: "\(weights)",
        hint: "are these the weights of another architecture?")
    }
    if inputs.count == 3, inputs[2].shape != [outputChannels] {
      throw invalid("expected bias [\(outputChannels)]", found: "\(inputs[2].shape)")
    }
    let window = window(weights: weights)
    if let complaint = window.complaint {
      throw invalid(complaint.expectation, found: complaint.found)
    }
    guard let positions = window.positions(over: Spatial(image[1], image[2])) else {
      throw invalid(
        "expected an image of at least \(window.extent) with its padding", found: "\(image)")
    }
    func output(_ channels: Int) -> TensorType {
      TensorType([image[0], positions.height, positions.width, channels])
    }
    guard !splits.isEmpty else { return [output(outputChannels)] }
    guard activation == nil, splits.allSatisfy({ $0.channels > 0 }),
      splits.reduce(0, { $0 + $1.channels }) == outputChannels
    else {
      throw invalid(
        "expected splits of \(outputChannels) channels, activations in the splits only",
        found: "\(splits.map(\.channels))")
    }
    return splits.map { output($0.channels) }
  }

  /// MACs: output elements × taps × input channels per group.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost {
    let weights = inputs[1].shape
    let elements = outputs.reduce(0) { $0 + $1.shape.elementCount }
    return Cost(
      multiplyAdds: Cost.product(elements, weights[0], weights[1], weights[2]), inputs: inputs,
      outputs: outputs)
  }

  /// What differs from a plain unit-stride convolution.
  public var attributes: [Attribute] {
    var attributes = [Attribute("strides", .ints(strides.list))]
    if dilations != .one { attributes.append(Attribute("dilations", .ints(dilations.list))) }
    attributes.append(padding.attribute)
    if groups != 1 { attributes.append(Attribute("group", .int(groups))) }
    if let activation { attributes.append(Attribute("activation", .text(activation.summary))) }
    if !splits.isEmpty {
      attributes.append(Attribute("splits", .ints(splits.map(\.channels))))
      let activations = splits.map { $0.activation?.summary ?? "none" }
      attributes.append(
        Attribute("split_activations", .text(activations.joined(separator: " "))))
    }
    return attributes
  }
}
