import GraphIR
import TensorCore

/// Resizes axes by sampling, as ONNX's Resize does it: each axis by itself, one after the other.
/// Elements of any type have a nearest one; linear and cubic samples are of float32.
public struct Resize: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "resize"

  /// How a sample is made of the elements around its place.
  public enum Mode: Hashable, Sendable, Codable {
    /// The nearest element.
    case nearest(Rounding)
    /// The two neighbours, in proportion.
    case linear
    /// Keys' cubic convolution of four neighbours; the coefficient is −0.75 or −0.5.
    case cubic(coefficient: Float)
  }

  /// Which element is the nearest.
  public enum Rounding: String, Hashable, Sendable, Codable, CaseIterable {
    /// The nearest one; of two the lower.
    case preferFloor = "round_prefer_floor"
    /// The nearest one; of two the upper.
    case preferCeil = "round_prefer_ceil"
    /// The next lower or upper one.
    case floor, ceil
  }

  /// Where the place of a result lies in the input; ONNX's formulas.
  public enum Coordinates: String, Hashable, Sendable, Codable, CaseIterable {
    /// Pixels are areas, whose centres lie between whole numbers.
    case halfPixel = "half_pixel"
    /// The same about the input's centre, where the result's size was rounded.
    case halfPixelSymmetric = "half_pixel_symmetric"
    /// The same, and 0 for a result of one element.
    case pytorchHalfPixel = "pytorch_half_pixel"
    /// First and last elements lie on each other.
    case alignCorners = "align_corners"
    /// First elements lie on each other.
    case asymmetric
    /// The result covers a region of the input.
    case tfCropAndResize = "tf_crop_and_resize"
  }

  /// How large the result is; one number for each of ``axes``.
  public enum Target: Hashable, Sendable, Codable {
    /// Extents.
    case sizes([Int])
    /// Factors; extents are rounded down.
    case scales([Float])
  }

  /// What sizes mean where they would change the aspect ratio.
  public enum AspectRatio: String, Hashable, Sendable, Codable, CaseIterable {
    /// They are taken as they are.
    case stretch
    /// The largest size of the input's ratio within them.
    case notLarger = "not_larger"
    /// The smallest size of the input's ratio around them.
    case notSmaller = "not_smaller"
  }

  /// The part of an axis that ``Coordinates/tfCropAndResize`` resizes, 0 its first element, 1 its last one.
  public struct Region: Hashable, Sendable, Codable {
    /// Where it begins.
    public let start: Float
    /// Where it ends.
    public let end: Float

    /// A part.
    public init(start: Float, end: Float) {
      self.start = start
      self.end = end
    }
  }

  /// The axes that are resized, negative from the end.
  public let axes: [Int]
  /// The result's size.
  public let target: Target
  /// How samples are made.
  public let mode: Mode
  /// Where they lie.
  public let coordinates: Coordinates
  /// What sizes mean.
  public let aspectRatio: AspectRatio
  /// Whether samples are wider where the axis shrinks, so that every element counts.
  public let antialias: Bool
  /// Whether elements beyond the border have no weight; otherwise they equal those at the border.
  public let excludesOutside: Bool
  /// For each axis the part that is resized; nil: all.
  public let regions: [Region]?
  /// The result where a region reaches beyond the input.
  public let extrapolation: Float

  /// A resize.
  public init(
    axes: [Int], to target: Target, mode: Mode, coordinates: Coordinates = .halfPixel,
    aspectRatio: AspectRatio = .stretch, antialias: Bool = false, excludesOutside: Bool = false,
    regions: [Region]? = nil, extrapolation: Float = 0
  ) {
    self.axes = axes
    self.target = target
    self.mode = mode
    self.coordinates = coordinates
    self.aspectRatio = aspectRatio
    self.antialias = antialias
    self.excludesOutside = excludesOutside
    self.regions = regions
    self.extrapolation = extrapolation
  }

  /// The input's shape with other extents along the axes.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    if case .nearest = mode {
      try requireInputs(inputs, 1...1)
    } else {
      try requireFloatInputs(inputs, 1...1)
    }
    let shape = inputs[0].shape
    let normalized = axes.compactMap { shape.normalizedAxis($0) }
    guard normalized.count == axes.count, Set(normalized).count == axes.count else {
      throw invalid("expected different axes of \(shape)", found: "\(axes)")
    }
    guard normalized.allSatisfy({ shape[$0] > 0 }) else {
      throw invalid("expected at least one element along axes \(axes)", found: "\(shape)")
    }
    switch target {
    case .sizes(let sizes):
      guard sizes.count == axes.count, sizes.allSatisfy({ (1...1 << 24).contains($0) }) else {
        throw invalid("expected \(axes.count) sizes within 1 to \(1 << 24)", found: "\(sizes)")
      }
    case .scales(let scales):
      guard scales.count == axes.count, scales.allSatisfy({ $0 > 0 && $0 <= 0x1p24 }) else {
        throw invalid(
          "expected \(axes.count) scales above 0, at most \(1 << 24)", found: "\(scales)")
      }
    }
    if coordinates == .tfCropAndResize {
      let regions = regions ?? []
      guard regions.count == axes.count, regions.allSatisfy({ $0.isUsable }) else {
        let found = regions.map { (region: Region) -> [Float] in [region.start, region.end] }
        throw invalid("expected \(axes.count) finite regions", found: "\(found)")
      }
    }
    if antialias, case .nearest = mode {
      throw invalid("expected mode linear or cubic with antialias", found: "nearest")
    }
    if case .cubic(let coefficient) = mode, !coefficient.isFinite {
      throw invalid("expected a finite cubic_coeff_a", found: "\(coefficient)")
    }
    var extents = shape.dimensions
    for axis in samplings(of: shape) {
      guard (1...1 << 24).contains(axis.extent) else {
        throw invalid(
          "expected 1 to \(1 << 24) elements along axis \(axis.axis)", found: "\(axis.extent)")
      }
      extents[axis.axis] = axis.extent
    }
    let result = Shape(extents)
    guard result.isValid else { throw invalid("expected a shape within Int", found: "\(result)") }
    return [TensorType(result, inputs[0].elementType)]
  }

  /// Sizes, mode and coordinates, and what differs from the defaults.
  public var attributes: [Attribute] {
    var attributes = [Attribute("axes", .ints(axes))]
    switch target {
    case .sizes(let sizes): attributes.append(Attribute("sizes", .ints(sizes)))
    case .scales(let scales): attributes.append(Attribute("scales", .text("\(scales)")))
    }
    switch mode {
    case .nearest(let rounding):
      attributes.append(Attribute("mode", .text("nearest")))
      attributes.append(Attribute("nearest_mode", .text(rounding.rawValue)))
    case .linear: attributes.append(Attribute("mode", .text("linear")))
    case .cubic(let coefficient):
      attributes.append(Attribute("mode", .text("cubic")))
      attributes.append(Attribute("cubic_coeff_a", .float(Double(coefficient))))
    }
    attributes.append(
      Attribute("coordinate_transformation_mode", .text(coordinates.rawValue)))
    if aspectRatio != .stretch {
      attributes.append(Attribute("keep_aspect_ratio_policy", .text(aspectRatio.rawValue)))
    }
    if antialias { attributes.append(Attribute("antialias", .bool(true))) }
    if excludesOutside { attributes.append(Attribute("exclude_outside", .bool(true))) }
    if coordinates == .tfCropAndResize {
      let regions = regions ?? []
      let roi = regions.map(\.start) + regions.map(\.end)
      attributes.append(Attribute("roi", .text("\(roi)")))
      attributes.append(Attribute("extrapolation_value", .float(Double(extrapolation))))
    }
    return attributes
  }
}

extension Resize.Region {
  fileprivate var isUsable: Bool { abs(start) <= 0x1p24 && abs(end) <= 0x1p24 }
}
