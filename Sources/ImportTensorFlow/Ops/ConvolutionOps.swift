import GraphIR
import Operators
import TensorCore

/// Convolutions and matrix products.
enum ConvolutionOps {
  @Sendable static func conv2D(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    let format = try scope.format()
    let image = try scope.image(0, format)
    let filter = try filter(scope)
    let (channels, groupChannels) = (scope.shape(image)[3], scope.shape(filter)[2])
    guard groupChannels > 0, channels % groupChannels == 0 else {
      throw scope.invalid("a filter for \(channels) channels", "\(scope.shape(filter))")
    }
    let op = Conv2D(
      strides: try scope.spatial("strides", format),
      dilations: try scope.spatial("dilations", format), padding: try scope.padding(format),
      groups: channels / groupChannels)
    return [.tensor(try scope.emitImage(op, [image, filter], format))]
  }

  /// The filter's last two axes, channel and multiplier, are output channels in this order.
  @Sendable static func depthwise(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    let format = try scope.format()
    let image = try scope.image(0, format)
    let filter = try filter(scope)
    let shape = scope.shape(filter)
    let channels = scope.shape(image)[3]
    guard shape[2] == channels else {
      throw scope.invalid("a filter for \(channels) channels", "\(shape)")
    }
    let dimensions = [shape[0], shape[1], 1, channels * shape[3]]
    let weights =
      if let tensor = scope.constant(filter) {
        try scope.part(Constant(tensor.reshaped(Shape(dimensions))), [], "filter")
      } else {
        try scope.part(Reshape(dimensions), [filter], "filter")
      }
    let op = Conv2D(
      strides: try scope.spatial("strides", format),
      dilations: try scope.spatial("dilations", format), padding: try scope.padding(format),
      groups: channels)
    return [.tensor(try scope.emitImage(op, [image, weights], format))]
  }

  private static func filter(_ scope: NodeScope) throws(ImportFailure) -> ValueID {
    let filter = try scope.tensor(1)
    guard scope.shape(filter).rank == 4 else {
      throw scope.invalid("a filter with 4 axes", "\(scope.shape(filter))")
    }
    return filter
  }

  @Sendable static func matMul(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    return try product(
      scope,
      transposed: (try scope.bool("transpose_a", false), try scope.bool("transpose_b", false)))
  }

  @Sendable static func batchMatMul(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    return try product(
      scope, transposed: (try scope.bool("adj_x", false), try scope.bool("adj_y", false)))
  }

  private static func product(
    _ scope: NodeScope, transposed: (Bool, Bool)
  ) throws(ImportFailure) -> [Value] {
    let left = try matrix(scope, 0, transposed.0, "a")
    let right = try matrix(scope, 1, transposed.1, "b")
    let isLayer = scope.shape(right).rank == 2 && isConstant(right, scope)
    return [.tensor(try scope.emit(isLayer ? Dense() : MatMul(), [left, right]))]
  }

  private static func matrix(
    _ scope: NodeScope, _ index: Int, _ isTransposed: Bool, _ part: String
  ) throws(ImportFailure) -> ValueID {
    let value = try scope.tensor(index)
    let rank = scope.shape(value).rank
    guard rank >= 2 else { throw scope.invalid("matrices", "\(scope.shape(value))") }
    guard isTransposed else { return value }
    let order = Array(0..<rank - 2) + [rank - 1, rank - 2]
    return try scope.part(Transpose(order), [value], part)
  }

  private static func isConstant(_ value: ValueID, _ scope: NodeScope) -> Bool {
    let node = scope.emitter.graph.producer(of: value)
    guard node.op is Transpose, let input = node.inputs.first else {
      return scope.constant(value) != nil
    }
    return scope.constant(input) != nil
  }

  @Sendable static func biasAdd(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    let format = try scope.format()
    let (x, bias) = (try scope.tensor(0), try scope.tensor(1))
    if format == .nhwc || scope.shape(x).rank == 2 {
      return [.tensor(try scope.emit(BiasAdd(), [x, bias]))]
    }
    return [.tensor(try scope.emitImage(BiasAdd(), [try scope.image(0, format), bias], format))]
  }
}
