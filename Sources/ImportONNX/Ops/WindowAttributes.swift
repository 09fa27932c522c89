import GraphIR
import Operators
import TensorCore

/// The attributes that convolutions and pools of one or two dimensions share.
struct WindowAttributes {
  /// Steps between windows.
  let strides: Spatial
  /// Steps between taps.
  let dilations: Spatial
  /// Padding around the image.
  let padding: Padding
  /// The window's size, where the node says it.
  let kernel: Spatial?

  /// Reads the attributes of a node over images with `dimensions` (1 or 2) axes.
  init(_ context: NodeContext, dimensions: Int) throws(InceptError) {
    func pair(_ name: String) throws(InceptError) -> Spatial? {
      guard let values = context.ints(name), !values.isEmpty else { return nil }
      guard values.count == dimensions, values.allSatisfy({ (1...1 << 20).contains($0) }) else {
        throw context.invalid("expected \(name) of \(dimensions) positive numbers", "\(values)")
      }
      return dimensions == 1 ? Spatial(1, values[0]) : Spatial(values[0], values[1])
    }
    strides = try pair("strides") ?? .one
    dilations = try pair("dilations") ?? .one
    kernel = try pair("kernel_shape")
    switch context.text("auto_pad", "NOTSET") {
    case "SAME_UPPER": padding = .same
    case "SAME_LOWER": padding = .sameLower
    case "VALID": padding = .valid
    case "NOTSET", "":
      guard let pads = context.ints("pads"), !pads.isEmpty else {
        padding = .valid
        return
      }
      guard pads.count == 2 * dimensions, pads.allSatisfy({ (-1 << 20...1 << 20).contains($0) })
      else { throw context.invalid("expected pads of \(2 * dimensions) numbers", "\(pads)") }
      guard pads.allSatisfy({ $0 >= 0 }) else { throw context.refuse("negative pads") }
      let border =
        dimensions == 1
        ? Border(top: 0, left: pads[0], bottom: 0, right: pads[1])
        : Border(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3])
      padding = border == .none ? .valid : .explicit(border)
    case let other: throw context.invalid("expected auto_pad as ONNX names it", "'\(other)'")
    }
  }
}
