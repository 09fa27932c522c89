import GraphIR
import TensorCore

/// Cuts a range out of some axes, as NumPy's `x[start:end:step]`: bounds may be negative (from the end) or beyond
/// the extent (clamped); steps are not zero. Elements of any type.
public struct Slice: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "slice"
  /// A range along one axis.
  public struct Range: Hashable, Sendable {
    /// The axis, negative from the end.
    public let axis: Int
    /// First element, end (exclusive) and step.
    public let start: Int, end: Int, step: Int

    /// A range.
    public init(axis: Int, start: Int, end: Int, step: Int = 1) {
      self.axis = axis
      self.start = start
      self.end = end
      self.step = step
    }
  }
  /// The ranges; axes without one stay whole.
  public let ranges: [Range]

  /// Cuts `ranges` out.
  public init(_ ranges: [Range]) { self.ranges = ranges }

  /// First index, number of elements and step along every axis of `shape`; nil where a range is invalid.
  public func resolved(_ shape: Shape) -> [(start: Int, count: Int, step: Int)]? {
    var result = shape.dimensions.map { (start: 0, count: $0, step: 1) }
    var seen: Set<Int> = []
    for range in ranges {
      guard let axis = shape.normalizedAxis(range.axis), seen.insert(axis).inserted,
        range.step != 0, range.step != Int.min
      else { return nil }
      let extent = shape[axis]
      func clamp(_ bound: Int, _ low: Int, _ high: Int) -> Int {
        let bound = bound < 0 ? (bound < -extent ? -1 : bound + extent) : bound
        return Swift.min(Swift.max(bound, low), high)
      }
      if range.step > 0 {
        let (start, end) = (clamp(range.start, 0, extent), clamp(range.end, 0, extent))
        result[axis] = (start, Swift.max(0, (end - start - 1) / range.step + 1), range.step)
        if end <= start { result[axis].count = 0 }
      } else {
        let (start, end) = (clamp(range.start, -1, extent - 1), clamp(range.end, -1, extent - 1))
        let count = start > end ? (start - end - 1) / -range.step + 1 : 0
        result[axis] = (start, count, range.step)
      }
    }
    return result
  }

  /// The input's shape, cut.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 1...1)
    guard let resolved = resolved(inputs[0].shape) else {
      throw invalid(
        "expected one range an axis of \(inputs[0].shape), with a step other than 0",
        found: "\(ranges.map { [$0.axis, $0.start, $0.end, $0.step] })")
    }
    return [TensorType(Shape(resolved.map(\.count)), inputs[0].elementType)]
  }

  /// Reads and writes what is kept.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost {
    Cost(multiplyAdds: 0, inputs: outputs, outputs: outputs)
  }

  /// The ranges, ONNX's names.
  public var attributes: [Attribute] {
    [
      Attribute("axes", .ints(ranges.map(\.axis))), Attribute("starts", .ints(ranges.map(\.start))),
      Attribute("ends", .ints(ranges.map(\.end))), Attribute("steps", .ints(ranges.map(\.step))),
    ]
  }
}
