import GraphIR
import Operators
import TensorCore

/// A convolution or fully connected layer seen as what both are: constant weights whose last axis is the output
/// channels, an optional constant bias, and an activation.
struct LinearLayer {
  /// The node.
  let node: Node
  /// `[…, I/groups, O]`.
  let weights: HostTensor
  /// `[O]`, if there is one.
  let bias: HostTensor?

  /// The node as a linear layer, if it is one and its parameters are constants.
  init?(_ node: Node, in graph: Graph) {
    guard node.op is Conv2D || node.op is Dense,
      let weights = graph.constant(node.inputs[1])
    else { return nil }
    if node.inputs.count == 3 {
      guard let bias = graph.constant(node.inputs[2]) else { return nil }
      self.bias = bias
    } else {
      bias = nil
    }
    self.node = node
    self.weights = weights
  }

  /// Number of output channels.
  var channels: Int { weights.shape[weights.shape.rank - 1] }

  /// Number of groups.
  var groups: Int { (node.op as? Conv2D)?.groups ?? 1 }

  /// The bias in Double, zero where there is none.
  var biasValues: [Double] {
    bias?.floats().map(Double.init) ?? Array(repeating: 0, count: channels)
  }

  /// Whether no window ever reads padding, whatever the image's size.
  var isUnpadded: Bool { (node.op as? Conv2D)?.isUnpadded(weights: weights.shape) ?? true }
}

extension Conv2D {
  /// Whether no window ever reads padding, whatever the image's size.
  func isUnpadded(weights: Shape) -> Bool {
    switch padding {
    case .valid: true
    case .explicit(let border): border == .none
    case .same, .sameLower: window(weights: weights).extent == .one
    }
  }

  /// Whether this is a matrix product over the channels of each pixel.
  func isPointwise(weights: Shape) -> Bool {
    weights[0] == 1 && weights[1] == 1 && strides == .one && groups == 1
      && isUnpadded(weights: weights)
  }
}

extension Operator {
  /// Whether a bias or an activation can still be put after the result: nothing comes after it yet.
  var takesActivation: Bool {
    switch self {
    case let op as Conv2D: op.activation == nil && op.splits.isEmpty
    case let op as Dense: op.activation == nil
    case let op as Pool2D: op.activation == nil
    case let op as Binary: op.activation == nil
    default: false
    }
  }

  /// The same operator with an activation, if it takes one.
  func with(_ activation: UnaryFunction) -> (any Operator)? {
    guard takesActivation else { return nil }
    return switch self {
    case let op as Conv2D: op.with(activation: activation)
    case is Dense: Dense(activation: activation)
    case let op as Pool2D:
      Pool2D(
        op.kind, window: op.window, countIncludePad: op.countIncludePad, activation: activation)
    case let op as Binary: Binary(op.function, activation: activation)
    default: nil
    }
  }
}
