import GraphIR
import TensorCore

/// A value known when the model is loaded. Floating-point tensors of any width are read as float32.
public struct Constant: Operator {
  /// The name in text forms.
  public static let mnemonic = "constant"
  /// The value.
  public let tensor: HostTensor

  /// A constant.
  public init(_ tensor: HostTensor) { self.tensor = tensor }

  /// The tensor's type; float32 for every floating-point type.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 0...0)
    let type = tensor.elementType
    return [TensorType(tensor.shape, type.isFloatingPoint ? .float32 : type)]
  }

  /// Nothing: weights are counted where they are used.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost { .free }
}

extension Graph {
  /// The constant tensor behind a value, or nil where it is computed.
  public func constant(_ value: ValueID) -> HostTensor? {
    (self[value.node].op as? Constant)?.tensor
  }

  /// Number of elements of the constants that a node reads: its parameters.
  public func parameterCount(of id: NodeID) -> Int {
    Set(self[id].inputs).reduce(0) { $0 + (constant($1)?.elementCount ?? 0) }
  }

  /// What computing a node costs.
  public func cost(of id: NodeID) -> Cost {
    let node = self[id]
    return node.op.cost(inputs: types(of: node.inputs), outputs: node.outputs)
  }
}
