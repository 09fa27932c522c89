import TensorCore

/// One application of an operator.
public struct Node: Sendable {
  /// The node's identity in its graph.
  public let id: NodeID
  /// Unique within the graph; the source framework's name where there is one.
  public internal(set) var name: String
  /// What is computed.
  public internal(set) var op: any Operator
  /// The values read, in the operator's order.
  public internal(set) var inputs: [ValueID]
  /// Types of the values computed, as `op.inferOutputs` says.
  public internal(set) var outputs: [TensorType]
  /// Names of the imported nodes this one computes: its own, and those fused into it.
  public internal(set) var sources: [String]

  /// The node's value, for the many operators with one output.
  public var value: ValueID { ValueID(id) }

  /// Type of the first output.
  public var type: TensorType { outputs[0] }

  /// How errors name the node: `conv2d 'Mixed_5b.branch1x1.conv'`.
  public var subject: String { "\(op.mnemonic) '\(name)'" }
}

/// A result of a graph.
public struct GraphOutput: Hashable, Sendable {
  /// The name people ask for.
  public var name: String
  /// The value.
  public var value: ValueID
  /// Whether the value is in the framework's axis order already, rather than NHWC.
  public var isFrameworkOrdered: Bool

  /// Names a value as a result.
  public init(name: String, value: ValueID, isFrameworkOrdered: Bool = false) {
    self.name = name
    self.value = value
    self.isFrameworkOrdered = isFrameworkOrdered
  }
}

/// The axis order in which the source framework writes the images and feature maps of a graph. Inside a graph
/// they are always NHWC.
public enum AxisOrder: String, Hashable, Sendable {
  /// Batch, rows, columns, channels, as TensorFlow and Keras have them.
  case nhwc
  /// Batch, channels, rows, columns, as PyTorch and ONNX have them.
  case nchw

  /// Result axis `i` of a framework-ordered 4-D tensor is axis `permutationFromNHWC[i]` of ours.
  public var permutationFromNHWC: [Int] { self == .nchw ? [0, 3, 1, 2] : [0, 1, 2, 3] }
}
