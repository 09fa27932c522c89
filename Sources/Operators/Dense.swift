import GraphIR
import TensorCore

/// A fully connected layer: `x […, K] · weights [K, N] + bias [N]`, then optionally an activation. Weights and
/// bias may be constants or computed; the bias may be absent.
public struct Dense: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "dense"
  /// Applied after the bias.
  public let activation: UnaryFunction?

  /// A fully connected layer.
  public init(activation: UnaryFunction? = nil) { self.activation = activation }

  /// `[…, N]`.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 2...3)
    let (x, weights) = (inputs[0].shape, inputs[1].shape)
    guard let features = x.dimensions.last else {
      throw invalid("expected an input with at least one axis", found: "\(x)")
    }
    guard weights.rank == 2, weights[0] == features else {
      throw invalid("expected weights [\(features), N]", found: "\(weights)")
    }
    if inputs.count == 3, inputs[2].shape != [weights[1]] {
      throw invalid("expected bias [\(weights[1])]", found: "\(inputs[2].shape)")
    }
    return [TensorType(Shape(x.dimensions.dropLast() + [weights[1]]))]
  }

  /// MACs: outputs × K.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost {
    Cost(
      multiplyAdds: Cost.product(outputs[0].shape.elementCount, inputs[1].shape[0]),
      inputs: inputs, outputs: outputs)
  }

  /// The activation.
  public var attributes: [Attribute] {
    activation.map { [Attribute("activation", .text($0.summary))] } ?? []
  }
}

/// Matrix product of the last two axes, `[…, M, K] · […, K, N]`, with leading axes broadcast as NumPy does.
public struct MatMul: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "matmul"

  /// Creates the operator.
  public init() {}

  /// `[…, M, N]`.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 2...2)
    let (a, b) = (inputs[0].shape, inputs[1].shape)
    guard a.rank >= 2, b.rank >= 2, a[a.rank - 1] == b[b.rank - 2],
      let batch = Binary.broadcast(
        Shape(Array(a.dimensions.dropLast(2))), Shape(Array(b.dimensions.dropLast(2))))
    else { throw invalid("expected shapes […, M, K] and […, K, N]", found: "\(a) and \(b)") }
    let shape = Shape(batch.dimensions + [a[a.rank - 2], b[b.rank - 1]])
    guard shape.isValid else { throw invalid("expected a shape within Int", found: "\(shape)") }
    return [TensorType(shape)]
  }

  /// MACs: outputs × K.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost {
    let a = inputs[0].shape
    return Cost(
      multiplyAdds: Cost.product(outputs[0].shape.elementCount, a[a.rank - 1]), inputs: inputs,
      outputs: outputs)
  }
}
