import GraphIR
import TensorCore

/// The same elements, of any type, in the same order, under another shape.
public struct Reshape: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "reshape"
  /// The new extents; 0 keeps the input's extent of that axis, one −1 takes what is left.
  public let dimensions: [Int]

  /// Reshapes to `dimensions`.
  public init(_ dimensions: [Int]) { self.dimensions = dimensions }

  /// The resolved shape.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 1...1)
    let shape = inputs[0].shape
    var result = dimensions
    for (axis, extent) in dimensions.enumerated() {
      guard extent >= -1, extent != 0 || axis < shape.rank else {
        throw invalid("expected extents ≥ -1, 0 only for axes of \(shape)", found: "\(dimensions)")
      }
      if extent == 0 { result[axis] = shape[axis] }
    }
    let free = result.indices.filter { result[$0] == -1 }
    guard free.count <= 1,
      let known = Shape(result.filter { $0 != -1 }).checkedElementCount
    else { throw invalid("expected at most one -1", found: "\(dimensions)") }
    if let axis = free.first {
      guard known > 0, shape.elementCount % known == 0 else {
        throw invalid(
          "expected extents that divide \(shape.elementCount) elements", found: "\(dimensions)")
      }
      result[axis] = shape.elementCount / known
    }
    guard Shape(result).checkedElementCount == shape.elementCount else {
      throw invalid(
        "expected \(shape.elementCount) elements, as in \(shape)", found: "\(Shape(result))")
    }
    return [TensorType(Shape(result), inputs[0].elementType)]
  }

  /// Nothing: only the shape changes.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost { .free }

  /// The new extents.
  public var attributes: [Attribute] { [Attribute("shape", .ints(dimensions))] }
}

/// Joins the axes before `axis` into one and the rest into another, whatever the type: `[A, B, C, D]` with axis 1 to
/// `[A, B·C·D]`.
public struct Flatten: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "flatten"
  /// The first axis of the second part; 0 to rank.
  public let axis: Int

  /// Flattens at `axis`.
  public init(axis: Int = 1) { self.axis = axis }

  /// Two axes.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 1...1)
    let shape = inputs[0].shape
    guard (0...shape.rank).contains(axis) else {
      throw invalid("expected an axis from 0 to \(shape.rank)", found: "\(axis)")
    }
    let outer = shape.dimensions[..<axis].reduce(1, *)
    let inner = shape.dimensions[axis...].reduce(1, *)
    return [TensorType([outer, inner], inputs[0].elementType)]
  }

  /// Nothing: only the shape changes.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost { .free }

  /// The axis.
  public var attributes: [Attribute] { [Attribute("axis", .int(axis))] }
}
