import GraphIR
import Operators
import TensorCore

/// What both pooling layers have in common.
private struct PoolingSettings: Sendable {
  private let window: Window

  init(_ config: LayerConfig) throws(Refusal) {
    try config.requireChannelsLast()
    let size = try config.spatial("pool_size", default: Spatial(2), in: LayerConfig.windows)
    window = Window(
      kernel: size,
      strides: try config.spatial("strides", default: size, in: LayerConfig.windows),
      padding: try config.padding())
  }

  func emit(_ kind: PoolKind, _ inputs: [ValueID], _ scope: inout LayerScope)
    throws(InceptError) -> ValueID
  {
    try scope.result(Pool2D(kind, window: window), [try scope.single(inputs, rank: 4)])
  }
}

/// `MaxPooling2D`.
struct MaxPoolingLayer: LayerConversion {
  private let settings: PoolingSettings

  init(_ config: LayerConfig) throws(Refusal) { settings = try PoolingSettings(config) }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try settings.emit(.max, inputs, &scope)
  }
}

/// `AveragePooling2D`, which doesn't count the padding of `same`.
struct AveragePoolingLayer: LayerConversion {
  private let settings: PoolingSettings

  init(_ config: LayerConfig) throws(Refusal) { settings = try PoolingSettings(config) }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try settings.emit(.average, inputs, &scope)
  }
}

/// `GlobalAveragePooling2D`.
struct GlobalAveragePoolingLayer: LayerConversion {
  private let keepsAxes: Bool

  init(_ config: LayerConfig) throws(Refusal) {
    try config.requireChannelsLast()
    keepsAxes = try config.bool("keepdims", default: false)
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try scope.result(
      GlobalPool(.average, keepsAxes: keepsAxes), [try scope.single(inputs, rank: 4)])
  }
}

/// `GlobalMaxPooling2D`.
struct GlobalMaxPoolingLayer: LayerConversion {
  private let keepsAxes: Bool

  init(_ config: LayerConfig) throws(Refusal) {
    try config.requireChannelsLast()
    keepsAxes = try config.bool("keepdims", default: false)
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try scope.result(GlobalPool(.max, keepsAxes: keepsAxes), [try scope.single(inputs, rank: 4)])
  }
}
