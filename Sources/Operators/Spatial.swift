import GraphIR
import TensorCore

/// A pair of numbers for the two image axes: a kernel's size, strides, dilations.
public struct Spatial: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Along the image's rows (y).
  public let height: Int
  /// Along the image's columns (x).
  public let width: Int

  /// A pair.
  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// The same number along both axes.
  public init(_ both: Int) { self.init(both, both) }

  /// `[1, 1]`
  public static let one = Spatial(1)

  /// As a list, height first.
  public var list: [Int] { [height, width] }

  /// `3x3`
  public var description: String { "\(height)x\(width)" }
}

/// How many zero rows and columns lie around an image.
public struct Border: Hashable, Sendable, Codable {
  /// Rows above, columns to the left, rows below, columns to the right.
  public let top: Int, left: Int, bottom: Int, right: Int

  /// A border.
  public init(top: Int, left: Int, bottom: Int, right: Int) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  /// The same number of rows above and below, and of columns left and right.
  public init(_ both: Spatial) {
    self.init(top: both.height, left: both.width, bottom: both.height, right: both.width)
  }

  /// No border.
  public static let none = Border(top: 0, left: 0, bottom: 0, right: 0)

  /// ONNX's order: top, left, bottom, right.
  public var list: [Int] { [top, left, bottom, right] }
}

/// Padding of a sliding window, as frameworks state it.
public enum Padding: Hashable, Sendable, Codable {
  /// Given rows and columns of padding.
  case explicit(Border)
  /// As much as makes the output `ceil(input / stride)`; an odd rest goes below and right (TensorFlow's SAME,
  /// ONNX's SAME_UPPER).
  case same
  /// As ``same``, an odd rest above and left (ONNX's SAME_LOWER).
  case sameLower
  /// None.
  case valid

  /// Padding by the same rows above and below, columns left and right.
  public static func symmetric(_ height: Int, _ width: Int) -> Padding {
    .explicit(Border(Spatial(height, width)))
  }

  /// How text forms write it.
  public var attribute: Attribute {
    switch self {
    case .explicit(let border): Attribute("pads", .ints(border.list))
    case .same: Attribute("auto_pad", .text("same_upper"))
    case .sameLower: Attribute("auto_pad", .text("same_lower"))
    case .valid: Attribute("auto_pad", .text("valid"))
    }
  }
}

/// The geometry of a window that slides over an image.
public struct Window: Hashable, Sendable, Codable {
  /// The window's size.
  public let kernel: Spatial
  /// Steps between neighbouring windows.
  public let strides: Spatial
  /// Steps between neighbouring taps of one window.
  public let dilations: Spatial
  /// Padding around the image.
  public let padding: Padding
  /// Whether a last window that overhangs the padded image counts (pools only).
  public let ceilMode: Bool

  /// Creates a window.
  public init(
    kernel: Spatial, strides: Spatial = .one, dilations: Spatial = .one,
    padding: Padding = .valid, ceilMode: Bool = false
  ) {
    self.kernel = kernel
    self.strides = strides
    self.dilations = dilations
    self.padding = padding
    self.ceilMode = ceilMode
  }

  /// What is wrong with the window's numbers, or nil.
  public var complaint: (expectation: String, found: String)? {
    for (name, value) in [
      ("kernel_shape", kernel), ("strides", strides), ("dilations", dilations),
    ] where value.list.contains(where: { $0 < 1 || $0 > 1 << 20 }) {
      return ("expected \(name) between 1 and \(1 << 20)", "\(value)")
    }
    if case .explicit(let border) = padding,
      border.list.contains(where: { $0 < 0 || $0 > 1 << 20 })
    {
      return ("expected pads between 0 and \(1 << 20)", "\(border.list)")
    }
    return nil
  }

  /// Rows and columns that one window spans, dilation included.
  public var extent: Spatial {
    Spatial(
      (kernel.height - 1) * dilations.height + 1, (kernel.width - 1) * dilations.width + 1)
  }

  /// The padding in rows and columns for an image of the given size.
  public func border(for image: Spatial) -> Border {
    switch padding {
    case .explicit(let border): return border
    case .valid: return .none
    case .same, .sameLower:
      let rows = Self.total(image.height, extent.height, strides.height)
      let columns = Self.total(image.width, extent.width, strides.width)
      let upper = padding == .same
      let top = upper ? rows / 2 : rows - rows / 2
      let left = upper ? columns / 2 : columns - columns / 2
      return Border(top: top, left: left, bottom: rows - top, right: columns - left)
    }
  }

  /// How many windows fit, or nil where not even one does.
  ///
  /// With ``ceilMode`` an overhanging window counts only if it starts inside the image or the padding before
  /// it (PyTorch's rule).
  public func positions(over image: Spatial) -> Spatial? {
    let border = border(for: image)
    guard
      let height = count(
        image.height, before: border.top, after: border.bottom, extent.height, strides.height),
      let width = count(
        image.width, before: border.left, after: border.right, extent.width, strides.width)
    else { return nil }
    return Spatial(height, width)
  }

  private func count(_ size: Int, before: Int, after: Int, _ extent: Int, _ stride: Int) -> Int? {
    let room = size + before + after - extent
    guard room >= 0 else { return nil }
    guard ceilMode else { return room / stride + 1 }
    let count = (room + stride - 1) / stride + 1
    return (count - 1) * stride >= size + before ? count - 1 : count
  }

  private static func total(_ size: Int, _ extent: Int, _ stride: Int) -> Int {
    let count = (size + stride - 1) / stride
    return max(0, (count - 1) * stride + extent - size)
  }

  /// The attributes that differ from their defaults, in ONNX's names.
  public var attributes: [Attribute] {
    var attributes = [Attribute("kernel_shape", .ints(kernel.list))]
    if strides != .one { attributes.append(Attribute("strides", .ints(strides.list))) }
    if dilations != .one { attributes.append(Attribute("dilations", .ints(dilations.list))) }
    if padding != .valid { attributes.append(padding.attribute) }
    if ceilMode { attributes.append(Attribute("ceil_mode", .bool(true))) }
    return attributes
  }
}
