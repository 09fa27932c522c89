import GraphIR
import TensorCore

/// Takes slices of a tensor by number, as NumPy's `take`: the axis is replaced by the indices' axes.
///
/// Inputs: data of any type, and indices (int32 or int64); negative ones count from the end. An index out of range is
/// an error where it is known when the graph is built; on a device, which can't refuse, it means the nearest one.
public struct Gather: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "gather"
  /// The axis, negative from the end.
  public let axis: Int

  /// Gathers along `axis`.
  public init(axis: Int = 0) { self.axis = axis }

  /// The data's type; its shape with the axis replaced by the indices' shape.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 2...2)
    guard inputs[1].elementType.isInteger else {
      throw invalid("expected int32 or int64 for input 1", found: inputs[1].elementType.rawValue)
    }
    let (data, indices) = (inputs[0].shape, inputs[1].shape)
    guard let axis = data.normalizedAxis(axis) else {
      throw invalid("expected an axis of \(data)", found: "\(axis)")
    }
    guard data[axis] > 0 || indices.elementCount == 0 else {
      throw invalid("expected elements along axis \(axis)", found: "\(data)")
    }
    let shape = Shape(
      Array(data.dimensions[..<axis]) + indices.dimensions
        + Array(data.dimensions[(axis + 1)...]))
    guard shape.isValid else { throw invalid("expected a shape within Int", found: "\(shape)") }
    return [TensorType(shape, inputs[0].elementType)]
  }

  /// Reads the indices and what they take.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost {
    Cost(multiplyAdds: 0, inputs: [inputs[1]] + outputs, outputs: outputs)
  }

  /// The axis.
  public var attributes: [Attribute] { [Attribute("axis", .int(axis))] }
}
