import GraphIR
import Operators
import TensorCore

/// `ZeroPadding2D`.
struct ZeroPaddingLayer: LayerConversion {
  private let border: Border

  init(_ config: LayerConfig) throws(Refusal) {
    try config.requireChannelsLast()
    border = try config.border("padding")
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let image = try scope.single(inputs, rank: 4)
    return try scope.result(
      Pad(before: [0, border.top, border.left, 0], after: [0, border.bottom, border.right, 0]),
      [image])
  }
}

/// `Cropping2D`.
struct CroppingLayer: LayerConversion {
  private let border: Border

  init(_ config: LayerConfig) throws(Refusal) {
    try config.requireChannelsLast()
    border = try config.border("cropping")
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let image = try scope.single(inputs, rank: 4)
    let shape = scope.shape(image)
    let (bottom, right) = (shape[1] - border.bottom, shape[2] - border.right)
    guard border.top < bottom, border.left < right else {
      throw scope.invalid("an image larger than its cropping \(border.list)", "\(shape)")
    }
    return try scope.result(
      Slice([
        Slice.Range(axis: 1, start: border.top, end: bottom),
        Slice.Range(axis: 2, start: border.left, end: right),
      ]), [image])
  }
}

/// `Flatten`: everything but the batch becomes one axis.
struct FlattenLayer: LayerConversion {
  init(_ config: LayerConfig) throws(Refusal) { try config.requireChannelsLast() }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let x = try scope.single(inputs)
    guard scope.shape(x).rank >= 1 else { throw scope.invalid("an input with a batch", "none") }
    return try scope.result(Flatten(axis: 1), [x])
  }
}

/// `Reshape`; the batch stays.
struct ReshapeLayer: LayerConversion {
  private let extents: [Int]

  init(_ config: LayerConfig) throws(Refusal) {
    extents = try config.ints("target_shape")
    guard extents.allSatisfy({ $0 == -1 || $0 > 0 }), extents.count(where: { $0 == -1 }) <= 1 else {
      throw Refusal("target_shape is \(extents)")
    }
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try scope.result(Reshape([0] + extents), [try scope.single(inputs)])
  }
}

/// `Permute`, whose axes are counted from 1; the batch stays.
struct PermuteLayer: LayerConversion {
  private let axes: [Int]

  init(_ config: LayerConfig) throws(Refusal) { axes = try config.ints("dims") }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try scope.result(Transpose([0] + axes), [try scope.single(inputs)])
  }
}

/// The layers that drop values while training.
struct DropoutLayer: LayerConversion {
  private let rate: Float

  init(_ config: LayerConfig) throws(Refusal) { rate = try config.float("rate", default: 0) }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try scope.result(Dropout(ratio: rate), [try scope.single(inputs)])
  }
}

/// The layers that act while training only.
struct TrainingOnlyLayer: LayerConversion {
  init(_ config: LayerConfig) throws(Refusal) {}

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    try scope.result(Identity(), [try scope.single(inputs)])
  }
}
