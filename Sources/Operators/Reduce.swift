import GraphIR
import TensorCore

/// What a reduction makes of the elements it reads.
public enum ReduceKind: String, Hashable, Sendable, Codable, CaseIterable {
  /// Σ x, its part per element, the largest and the smallest element, Π x.
  case sum, mean, max, min, prod
  /// Σ |x|.
  case l1
  /// √Σ x².
  case l2
  /// log Σ x.
  case logSum = "log_sum"
  /// log Σ eˣ, the largest element subtracted first.
  case logSumExp = "log_sum_exp"
  /// Σ x².
  case sumSquare = "sum_square"

  /// What can be reduced so.
  public var types: [ElementType] {
    switch self {
    case .max, .min: [.float32, .int32, .int64, .bool]
    case .sum, .prod, .l1, .sumSquare: [.float32, .int32, .int64]
    case .mean, .l2, .logSum, .logSumExp: [.float32]
    }
  }
}

/// One number of all elements along some axes.
///
/// Integers, which wrap around, have sums, products, extrema, sums of squares and of magnitudes; bools extrema.
/// Of no elements, sums are 0, products 1, the maximum −∞ or a type's smallest number, the minimum the reverse, logarithms −∞ and the mean NaN.
public struct Reduce: Operator, Codable {
  /// The name in text forms; the kind's own name is shown.
  public static let mnemonic = "reduce"
  /// What is computed.
  public let kind: ReduceKind
  /// The axes that are reduced, negative from the end; empty: all.
  public let axes: [Int]
  /// Whether reduced axes stay, with extent 1.
  public let keepsAxes: Bool

  /// A reduction along `axes`, or along all of them where there are none.
  public init(_ kind: ReduceKind, axes: [Int] = [], keepsAxes: Bool = true) {
    self.kind = kind
    self.axes = axes
    self.keepsAxes = keepsAxes
  }

  /// `reduce_sum`, `reduce_mean` and so on.
  public var mnemonic: String { "reduce_\(kind.rawValue)" }

  /// The input's shape without the reduced axes, or with extent 1 there.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 1...1, of: kind.types)
    let shape = inputs[0].shape
    guard let reduced = shape.normalizedAxes(axes) else {
      throw invalid("expected different axes of \(shape)", found: "\(axes)")
    }
    return [
      TensorType(
        shape.reduced(along: reduced, keepingAxes: keepsAxes), inputs[0].elementType)
    ]
  }

  /// The axes and whether they stay.
  public var attributes: [Attribute] {
    [Attribute("axes", .ints(axes)), Attribute("keepdims", .bool(keepsAxes))]
  }
}

extension Shape {
  /// The axes that possibly negative indices name, in order, or all axes where `axes` is empty; nil where one is out
  /// of range or named twice.
  package func normalizedAxes(_ axes: [Int]) -> [Int]? {
    guard !axes.isEmpty else { return Array(0..<rank) }
    let normalized = axes.compactMap { normalizedAxis($0) }
    guard normalized.count == axes.count, Set(normalized).count == axes.count else { return nil }
    return normalized.sorted()
  }

  /// The shape with the given axes gone, or of extent 1.
  package func reduced(along axes: [Int], keepingAxes: Bool) -> Shape {
    let kept = (0..<rank).filter { keepingAxes || !axes.contains($0) }
    return Shape(kept.map { axes.contains($0) ? 1 : dimensions[$0] })
  }
}
