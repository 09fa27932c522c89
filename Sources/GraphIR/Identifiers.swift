import TensorCore

/// Names a node for the life of one graph. Ids are never reused within a graph; names are for people.
public struct NodeID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The node's number, in order of creation.
  public let rawValue: Int

  /// Names node number `rawValue`.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Orders ids by creation.
  public static func < (left: NodeID, right: NodeID) -> Bool { left.rawValue < right.rawValue }

  /// `%12`
  public var description: String { "%\(rawValue)" }
}

/// Names one output of one node: an edge's source.
public struct ValueID: Hashable, Sendable, CustomStringConvertible {
  /// The node that computes the value.
  public let node: NodeID
  /// Which of the node's outputs it is.
  public let output: Int

  /// Names output `output` of `node`.
  public init(_ node: NodeID, output: Int = 0) {
    self.node = node
    self.output = output
  }

  /// `%12`, or `%12.1` for a further output.
  public var description: String { output == 0 ? "\(node)" : "\(node).\(output)" }
}

/// Element type and shape of a value. Activations of images are NHWC.
public struct TensorType: Hashable, Sendable, CustomStringConvertible {
  /// Type of the elements.
  public let elementType: ElementType
  /// Extents, outermost first.
  public let shape: Shape

  /// Creates a type.
  public init(_ shape: Shape, _ elementType: ElementType = .float32) {
    self.shape = shape
    self.elementType = elementType
  }

  /// `float32[1, 35, 35, 64]`
  public var description: String { "\(elementType.rawValue)\(shape)" }
}
