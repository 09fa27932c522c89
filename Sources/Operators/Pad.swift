import GraphIR
import TensorCore

/// Adds elements before and after each axis. Elements of any type.
public struct Pad: Operator {
  /// The name in text forms.
  public static let mnemonic = "pad"
  /// What the added elements hold.
  public enum Mode: Hashable, Sendable {
    /// One value; a whole number for integers, 0 or 1 for bools.
    case constant(Float)
    /// The image mirrored at its edge, the edge itself not repeated.
    case reflect
    /// The edge repeated.
    case edge
  }
  /// Elements before each axis.
  public let before: [Int]
  /// Elements after each axis.
  public let after: [Int]
  /// What they hold.
  public let mode: Mode

  /// Pads each axis.
  public init(before: [Int], after: [Int], mode: Mode = .constant(0)) {
    self.before = before
    self.after = after
    self.mode = mode
  }

  /// The input's shape, each extent grown.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 1...1)
    let shape = inputs[0].shape
    guard before.count == shape.rank, after.count == shape.rank,
      (before + after).allSatisfy({ (0...1 << 24).contains($0) })
    else {
      throw invalid(
        "expected \(shape.rank) paddings before and after, none negative",
        found: "\(before) and \(after)")
    }
    for axis in 0..<shape.rank where before[axis] + after[axis] > 0 {
      let limit = Swift.max(before[axis], after[axis])
      switch mode {
      case .constant: break
      case .edge where shape[axis] >= 1: break
      case .reflect where shape[axis] > limit: break
      default:
        throw invalid(
          "expected axis \(axis) longer than its padding \(limit)", found: "\(shape[axis])")
      }
    }
    let result = Shape((0..<shape.rank).map { shape[$0] + before[$0] + after[$0] })
    guard result.isValid else { throw invalid("expected a shape within Int", found: "\(result)") }
    return [TensorType(result, inputs[0].elementType)]
  }

  /// Paddings in ONNX's order and the mode.
  public var attributes: [Attribute] {
    let mode: Attribute =
      switch mode {
      case .constant(let value): Attribute("value", .float(Double(value)))
      case .reflect: Attribute("mode", .text("reflect"))
      case .edge: Attribute("mode", .text("edge"))
      }
    return [Attribute("pads", .ints(before + after)), mode]
  }
}
