import GraphIR
import TensorCore

/// The `k` largest or smallest elements along an axis, best first, and where they were, as int64. Of equal elements
/// the first comes first; a NaN is larger than every number. (ONNX allows any order where `sorted` is 0; this one is
/// always sorted.)
public struct TopK: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "top_k"
  /// How many.
  public let k: Int
  /// The axis, negative from the end.
  public let axis: Int
  /// Whether the largest are wanted rather than the smallest.
  public let largest: Bool

  /// Takes the best `k` along `axis`.
  public init(_ k: Int, axis: Int = -1, largest: Bool = true) {
    self.k = k
    self.axis = axis
    self.largest = largest
  }

  /// Values and indices, in the input's shape with extent `k` along the axis.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 1...1, of: [.float32, .int32, .int64])
    let shape = inputs[0].shape
    guard let axis = shape.normalizedAxis(axis) else {
      throw invalid("expected an axis of \(shape)", found: "\(axis)")
    }
    guard (0...shape[axis]).contains(k) else {
      throw invalid(
        "expected k from 0 to \(shape[axis]), the extent of axis \(axis)", found: "\(k)")
    }
    var dimensions = shape.dimensions
    dimensions[axis] = k
    return [
      TensorType(Shape(dimensions), inputs[0].elementType), TensorType(Shape(dimensions), .int64),
    ]
  }

  /// ONNX's attributes.
  public var attributes: [Attribute] {
    [Attribute("k", .int(k)), Attribute("axis", .int(axis)), Attribute("largest", .bool(largest))]
  }
}
