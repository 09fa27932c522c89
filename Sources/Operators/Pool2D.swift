import GraphIR
import TensorCore

/// What a pool computes over each window.
public enum PoolKind: String, Hashable, Sendable, Codable, CaseIterable {
  /// The largest element, or the mean of all.
  case max, average
}

/// Maximum or average over a sliding window of `[N, H, W, C]`, each channel by itself.
///
/// Padding never wins a maximum. An average divides by the window's elements inside the image, or with
/// ``countIncludePad`` by those inside the padded image; what overhangs even that (``Window/ceilMode``) never
/// counts. Optional second input: a bias `[C]` added to the result before ``activation``.
public struct Pool2D: Operator, Codable {
  /// The name in text forms; the kind's own name is shown.
  public static let mnemonic = "pool2d"
  /// Maximum or average.
  public let kind: PoolKind
  /// The sliding window.
  public let window: Window
  /// Whether an average divides by padding too.
  public let countIncludePad: Bool
  /// Applied to the result.
  public let activation: UnaryFunction?

  /// A pool.
  public init(
    _ kind: PoolKind, window: Window, countIncludePad: Bool = false,
    activation: UnaryFunction? = nil
  ) {
    self.kind = kind
    self.window = window
    self.countIncludePad = countIncludePad
    self.activation = activation
  }

  /// `max_pool` or `average_pool`.
  public var mnemonic: String { "\(kind.rawValue)_pool" }

  /// `[N, OH, OW, C]`.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 1...2)
    let image = inputs[0].shape
    if image.rank == 4, inputs.count == 2, inputs[1].shape != [image[3]] {
      throw invalid("expected bias [\(image[3])]", found: "\(inputs[1].shape)")
    }
    return [TensorType(try pooled(image, window))]
  }

  /// Window, padding rule, activation.
  public var attributes: [Attribute] {
    var attributes = window.attributes
    if countIncludePad { attributes.append(Attribute("count_include_pad", .bool(true))) }
    if let activation { attributes.append(Attribute("activation", .text(activation.summary))) }
    return attributes
  }
}

/// `(Σ |x|ᵖ)^(1/p)` over a sliding window of `[N, H, W, C]`, each channel by itself; padding is zeros.
public struct LpPool2D: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "lp_pool"
  /// Which norm; at least 1.
  public let p: Int
  /// The sliding window.
  public let window: Window

  /// A pool.
  public init(p: Int = 2, window: Window) {
    self.p = p
    self.window = window
  }

  /// `[N, OH, OW, C]`.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 1...1)
    guard (1...64).contains(p) else { throw invalid("expected p between 1 and 64", found: "\(p)") }
    return [TensorType(try pooled(inputs[0].shape, window))]
  }

  /// Norm, window and padding rule.
  public var attributes: [Attribute] { [Attribute("p", .int(p))] + window.attributes }
}

extension Operator {
  /// The shape of a pool's result for an image.
  fileprivate func pooled(_ image: Shape, _ window: Window) throws(InceptError) -> Shape {
    guard image.rank == 4 else {
      throw invalid("expected an image [N, H, W, C]", found: "\(image)")
    }
    if let complaint = window.complaint {
      throw invalid(complaint.expectation, found: complaint.found)
    }
    let size = Spatial(image[1], image[2])
    let border = window.border(for: size)
    let extent = window.extent
    guard border.top < extent.height, border.bottom < extent.height, border.left < extent.width,
      border.right < extent.width
    else {
      throw invalid("expected pads smaller than the window \(extent)", found: "\(border.list)")
    }
    guard let positions = window.positions(over: size) else {
      throw invalid("expected an image of at least \(extent) with its padding", found: "\(image)")
    }
    return [image[0], positions.height, positions.width, image[3]]
  }
}

/// Maximum or average over the whole image: `[N, H, W, C]` to `[N, 1, 1, C]`, or `[N, C]` without kept axes.
public struct GlobalPool: Operator, Codable {
  /// The name in text forms; the kind's own name is shown.
  public static let mnemonic = "global_pool"
  /// Maximum or average.
  public let kind: PoolKind
  /// Whether the image axes stay, with extent 1.
  public let keepsAxes: Bool

  /// A global pool.
  public init(_ kind: PoolKind, keepsAxes: Bool) {
    self.kind = kind
    self.keepsAxes = keepsAxes
  }

  /// `global_max_pool` or `global_average_pool`.
  public var mnemonic: String { "global_\(kind.rawValue)_pool" }

  /// See the type's description.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 1...1)
    let image = inputs[0].shape
    guard image.rank == 4, image[1] > 0, image[2] > 0 else {
      throw invalid("expected an image [N, H, W, C] of at least one pixel", found: "\(image)")
    }
    return [TensorType(keepsAxes ? [image[0], 1, 1, image[3]] : [image[0], image[3]])]
  }

  /// Whether the axes stay.
  public var attributes: [Attribute] { [Attribute("keepdims", .bool(keepsAxes))] }
}
