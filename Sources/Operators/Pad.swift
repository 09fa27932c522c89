import GraphIR
import TensorCore

/// Adds elements before and after each axis; elements of any type. A negative number crops the axis first; what is
/// added to its other end is then of the cropped axis.
public struct Pad: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "pad"
  /// What the added elements hold.
  public enum Mode: Hashable, Sendable, Codable {
    /// One value; a whole number for integers, 0 or 1 for bools.
    case constant(Float)
    /// The image mirrored at its edges, the edges themselves not repeated, as often as needed.
    case reflect
    /// The image mirrored at its edges, the edges repeated, as often as needed.
    case symmetric
    /// The edge repeated.
    case edge
    /// The image repeated.
    case wrap
  }
  /// Elements before each axis; negative: that many are cropped.
  public let before: [Int]
  /// Elements after each axis; negative: that many are cropped.
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
      (before + after).allSatisfy({ (-1 << 24...1 << 24).contains($0) })
    else {
      throw invalid(
        "expected \(shape.rank) paddings before and after, within \(1 << 24)",
        found: "\(before) and \(after)")
    }
    for axis in 0..<shape.rank {
      let cropped = -Swift.min(before[axis], 0) - Swift.min(after[axis], 0)
      let isFilled = before[axis] > 0 || after[axis] > 0
      var least = cropped
      if case .constant = mode {} else if isFilled { least += 1 }
      guard shape[axis] >= least else {
        throw invalid(
          "expected at least \(least) elements along axis \(axis)", found: "\(shape[axis])")
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
      case .symmetric: Attribute("mode", .text("symmetric"))
      case .edge: Attribute("mode", .text("edge"))
      case .wrap: Attribute("mode", .text("wrap"))
      }
    return [Attribute("pads", .ints(before + after)), mode]
  }
}
