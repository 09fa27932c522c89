import GraphIR
import TensorCore

/// Where along an axis the largest or smallest element is, as int64. A NaN is both.
public struct ArgReduce: Operator, Codable {
  /// The name in text forms; ``Kind`` tells which.
  public static let mnemonic = "arg_reduce"
  /// What is looked for.
  public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// The largest.
    case max = "arg_max"
    /// The smallest.
    case min = "arg_min"
  }
  /// What is looked for.
  public let kind: Kind
  /// The axis, negative from the end.
  public let axis: Int
  /// Whether the axis stays, with extent 1.
  public let keepsAxis: Bool
  /// Whether the last of equal elements is meant rather than the first.
  public let selectsLast: Bool

  /// Looks along `axis`.
  public init(_ kind: Kind, axis: Int, keepsAxis: Bool = true, selectsLast: Bool = false) {
    self.kind = kind
    self.axis = axis
    self.keepsAxis = keepsAxis
    self.selectsLast = selectsLast
  }

  /// `arg_max` or `arg_min`.
  public var mnemonic: String { kind.rawValue }

  /// Indices in the input's shape without the axis, or with extent 1 there.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 1...1, of: [.float32, .int32, .int64])
    let shape = inputs[0].shape
    guard let axis = shape.normalizedAxis(axis) else {
      throw invalid("expected an axis of \(shape)", found: "\(axis)")
    }
    guard shape[axis] > 0 else {
      throw invalid("expected elements along axis \(axis)", found: "\(shape)")
    }
    var dimensions = shape.dimensions
    if keepsAxis { dimensions[axis] = 1 } else { dimensions.remove(at: axis) }
    return [TensorType(Shape(dimensions), .int64)]
  }

  /// ONNX's attributes.
  public var attributes: [Attribute] {
    [Attribute("axis", .int(axis)), Attribute("keepdims", .bool(keepsAxis))]
      + (selectsLast ? [Attribute("select_last_index", .bool(true))] : [])
  }
}
