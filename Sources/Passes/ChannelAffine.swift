import GraphIR
import Operators
import TensorCore

/// `x · scale + shift` along the last axis, in Double: what batch normalisation, biases and arithmetic with
/// per-channel constants have in common.
struct ChannelAffine {
  /// Factor of each channel.
  private(set) var scale: [Double]
  /// Added to each channel afterwards.
  private(set) var shift: [Double]

  /// Leaves `channels` channels as they are.
  init(identity channels: Int) {
    scale = Array(repeating: 1, count: channels)
    shift = Array(repeating: 0, count: channels)
  }

  private init(scale: [Double], shift: [Double]) {
    self.scale = scale
    self.shift = shift
  }

  /// Whether no channel is scaled.
  var isShiftOnly: Bool { scale.allSatisfy { $0 == 1 } }

  /// Whether no channel is shifted.
  var isScaleOnly: Bool { shift.allSatisfy { $0 == 0 } }

  /// This, then `next`.
  func then(_ next: ChannelAffine) -> ChannelAffine {
    var result = next
    for channel in scale.indices {
      result.scale[channel] = scale[channel] * next.scale[channel]
      result.shift[channel] = shift[channel] * next.scale[channel] + next.shift[channel]
    }
    return result
  }

  /// What `node` computes and of which value, if it is such a function with finite constants.
  static func read(_ node: Node, in graph: Graph) -> (affine: ChannelAffine, input: ValueID)? {
    guard let channels = node.type.shape.dimensions.last, let data = dataInput(of: node, in: graph),
      graph.type(of: data) == node.type, node.type.elementType == .float32
    else { return nil }
    let affine: ChannelAffine?
    switch node.op {
    case let op as BatchNormalization: affine = read(op, node.inputs, in: graph)
    case is BiasAdd:
      affine = vector(node.inputs[1], channels, in: graph).map {
        ChannelAffine(scale: Array(repeating: 1, count: channels), shift: $0)
      }
    case let op as Binary: affine = read(op, node.inputs, data: data, channels, in: graph)
    default: affine = nil
    }
    guard let affine, (affine.scale + affine.shift).allSatisfy(\.isFinite) else { return nil }
    return (affine, data)
  }

  private static func dataInput(of node: Node, in graph: Graph) -> ValueID? {
    switch node.op {
    case is BatchNormalization, is BiasAdd: node.inputs[0]
    case is Binary: node.inputs.first { graph.constant($0) == nil }
    default: nil
    }
  }

  private static func read(_ op: BatchNormalization, _ inputs: [ValueID], in graph: Graph)
    -> ChannelAffine?
  {
    let parameters = inputs.dropFirst().compactMap { graph.constant($0)?.floats() }
    guard parameters.count == 4 else { return nil }
    var affine = ChannelAffine(identity: parameters[0].count)
    for channel in affine.scale.indices {
      let (scale, shift) = (Double(parameters[0][channel]), Double(parameters[1][channel]))
      let (mean, variance) = (Double(parameters[2][channel]), Double(parameters[3][channel]))
      let factor = scale / (variance + Double(op.epsilon)).squareRoot()
      affine.scale[channel] = factor
      affine.shift[channel] = shift - mean * factor
    }
    return affine
  }

  private static func read(
    _ op: Binary, _ inputs: [ValueID], data: ValueID, _ channels: Int, in graph: Graph
  ) -> ChannelAffine? {
    let isDataFirst = data == inputs[0]
    guard op.activation == nil,
      let values = vector(inputs[isDataFirst ? 1 : 0], channels, in: graph)
    else { return nil }
    let ones = [Double](repeating: 1, count: channels)
    let zeros = [Double](repeating: 0, count: channels)
    return switch (op.function, isDataFirst) {
    case (.add, _): ChannelAffine(scale: ones, shift: values)
    case (.sub, true): ChannelAffine(scale: ones, shift: values.map { -$0 })
    case (.sub, false): ChannelAffine(scale: ones.map { -$0 }, shift: values)
    case (.mul, _): ChannelAffine(scale: values, shift: zeros)
    case (.div, true): ChannelAffine(scale: values.map { 1 / $0 }, shift: zeros)
    default: nil
    }
  }

  /// A constant that broadcasts along channels only, one value a channel.
  private static func vector(_ value: ValueID, _ channels: Int, in graph: Graph) -> [Double]? {
    guard let tensor = graph.constant(value),
      tensor.elementCount == 1
        || (tensor.elementCount == channels && tensor.shape.dimensions.last == channels)
    else { return nil }
    let values = tensor.floats().map(Double.init)
    return values.count == channels ? values : Array(repeating: values[0], count: channels)
  }
}
