import GraphIR
import TensorCore

/// Joins tensors of one type, whichever, along one axis; all other extents must agree.
public struct Concat: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "concat"
  /// The axis, negative from the end.
  public let axis: Int

  /// Joins along `axis`.
  public init(axis: Int) { self.axis = axis }

  /// The inputs' shape with the axis' extents added up.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 1...65_536)
    try requireOneType(inputs)
    let first = inputs[0].shape
    guard let axis = first.normalizedAxis(axis) else {
      throw invalid("expected an axis of \(first)", found: "\(axis)")
    }
    var dimensions = first.dimensions
    for (index, input) in inputs.enumerated().dropFirst() {
      guard input.shape.rank == first.rank,
        (0..<first.rank).allSatisfy({ $0 == axis || input.shape[$0] == first[$0] })
      else {
        throw invalid(
          "expected input \(index) to agree with \(first) but for axis \(axis)",
          found: "\(input.shape)")
      }
      dimensions[axis] += input.shape[axis]
    }
    guard Shape(dimensions).isValid else {
      throw invalid("expected a shape within Int", found: "\(dimensions)")
    }
    return [TensorType(Shape(dimensions), inputs[0].elementType)]
  }

  /// The axis.
  public var attributes: [Attribute] { [Attribute("axis", .int(axis))] }
}
