import GraphIR
import Operators
import TensorCore

extension LayerScope {
  /// `function` over all inputs, from left to right; `layer/part` is all but the last application.
  fileprivate mutating func merged(
    _ function: BinaryFunction, _ inputs: [ValueID], isResult: Bool = true
  ) throws(InceptError) -> ValueID {
    guard inputs.count >= 2, let last = inputs.last else {
      throw invalid("at least two inputs", "\(inputs.count)")
    }
    let shapes = inputs.map(shape)
    guard Set(shapes.map(\.rank)).count == 1 else {
      throw invalid("inputs with the same number of axes", "\(shapes)")
    }
    var value = inputs[0]
    for (index, input) in inputs.enumerated().dropFirst().dropLast() {
      value = try part(Binary(function), [value, input], "\(function.rawValue)\(index)")
    }
    guard isResult else { return try part(Binary(function), [value, last], function.rawValue) }
    return try result(Binary(function), [value, last])
  }
}

/// `Add`.
struct AddLayer: LayerConversion {
  init(_ config: LayerConfig) throws(Refusal) {}

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try scope.merged(.add, inputs)
  }
}

/// `Subtract`: the first input less the second.
struct SubtractLayer: LayerConversion {
  init(_ config: LayerConfig) throws(Refusal) {}

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    guard inputs.count == 2 else { throw scope.invalid("two inputs", "\(inputs.count)") }
    return try scope.merged(.sub, inputs)
  }
}

/// `Multiply`.
struct MultiplyLayer: LayerConversion {
  init(_ config: LayerConfig) throws(Refusal) {}

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try scope.merged(.mul, inputs)
  }
}

/// `Maximum`.
struct MaximumLayer: LayerConversion {
  init(_ config: LayerConfig) throws(Refusal) {}

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try scope.merged(.max, inputs)
  }
}

/// `Minimum`.
struct MinimumLayer: LayerConversion {
  init(_ config: LayerConfig) throws(Refusal) {}

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try scope.merged(.min, inputs)
  }
}

/// `Average`: the sum over the number of inputs.
struct AverageLayer: LayerConversion {
  init(_ config: LayerConfig) throws(Refusal) {}

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let sum = try scope.merged(.add, inputs, isResult: false)
    let share = try scope.constant([1], [1 / Float(inputs.count)], "share")
    return try scope.result(Binary(.mul), [sum, share])
  }
}

/// `Concatenate` along any axis but the batch's.
struct ConcatenateLayer: LayerConversion {
  private let axis: Int

  init(_ config: LayerConfig) throws(Refusal) {
    axis = try config.int("axis", default: -1, in: -16...16)
    guard axis != 0 else { throw Refusal("axis is 0, the batch") }
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try scope.result(Concat(axis: axis), inputs)
  }
}

/// `LayerScale` of Keras's ConvNeXt: a factor for every channel.
struct LayerScaleLayer: LayerConversion {
  private let channels: Int

  init(_ config: LayerConfig) throws(Refusal) {
    channels = try config.int("projection_dim", in: LayerConfig.channels)
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    // Keras gives it no name of its own.
    let gamma = try scope.weight("gamma", "variable", shape: [channels])
    return try scope.result(Binary(.mul), [try scope.single(inputs), gamma])
  }
}

/// `CustomScaleLayer` of Keras's Inception-ResNet V2: the first input plus the second times a number.
struct CustomScaleLayer: LayerConversion {
  private let scale: Float

  init(_ config: LayerConfig) throws(Refusal) { scale = try config.float("scale") }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    guard inputs.count == 2 else { throw scope.invalid("two inputs", "\(inputs.count)") }
    let factor = try scope.constant([1], [scale], "scale")
    let scaled = try scope.part(Binary(.mul), [inputs[1], factor], "scaled")
    return try scope.result(Binary(.add), [inputs[0], scaled])
  }
}
