import ProtobufMessages

/// A node after calls of functions have been replaced by what these compute.
struct FlatNode: Sendable {
  /// The operation that stands for a call; its outputs are its inputs.
  static let call = "_Call"
  /// Axes of a value; TensorFlow's own limit is 254.
  static let rankLimit = 32

  /// The node's name, with those of the calls it lies in before it.
  let name: String
  /// What it computes, by TensorFlow's name.
  let op: String
  /// Its attributes.
  let attributes: [String: Tensorflow_AttrValue]
  /// The values it reads, control inputs apart.
  var inputs: [Reference]
}

/// A value that a node reads.
enum Reference: Sendable, Hashable {
  /// An output of a node, by its index in ``FlatGraph/nodes``.
  case output(node: Int, index: Int)
  /// What no node is called.
  case dangling(String)
}
