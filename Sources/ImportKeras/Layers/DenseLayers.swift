import GraphIR
import Operators
import TensorCore

/// `Dense`, applied to the last axis.
struct DenseLayer: LayerConversion {
  private let units: Int
  private let usesBias: Bool
  private let activation: ActivationFunction

  init(_ config: LayerConfig) throws(Refusal) {
    units = try config.int("units", in: LayerConfig.channels)
    usesBias = try config.bool("use_bias", default: true)
    activation = try ActivationFunction(config)
    guard config["lora_rank"] == nil else { throw Refusal("it has a LoRA adapter") }
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let x = try scope.single(inputs)
    guard let features = scope.shape(x).dimensions.last, scope.shape(x).rank >= 2 else {
      throw scope.invalid("an input [N, …, features]", "\(scope.shape(x))")
    }
    let kernel = try scope.weight("kernel", shape: [features, units])
    let bias = usesBias ? [try scope.weight("bias", shape: [units])] : []
    return try scope.result(Dense(), [x, kernel] + bias, then: activation, part: "dense")
  }
}

/// `Rescaling`: `x · scale + offset`, each a number or one number per channel.
struct RescalingLayer: LayerConversion {
  private let scale: [Float]
  private let offset: [Float]

  init(_ config: LayerConfig) throws(Refusal) {
    scale = try config.numbers("scale")
    offset = try config.numbers("offset", default: 0)
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let x = try scope.single(inputs)
    for values in [scale, offset]
    where values.count > 1 && values.count != scope.shape(x).dimensions.last {
      throw scope.invalid("one value per channel of \(scope.shape(x))", "\(values.count)")
    }
    let factor = try scope.constant([scale.count], scale, "scale")
    guard offset.contains(where: { $0 != 0 }) else {
      return try scope.result(Binary(.mul), [x, factor])
    }
    let scaled = try scope.part(Binary(.mul), [x, factor], "scaled")
    let summand = try scope.constant([offset.count], offset, "offset")
    return try scope.result(Binary(.add), [scaled, summand])
  }
}
