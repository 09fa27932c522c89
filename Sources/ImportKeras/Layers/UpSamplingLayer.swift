import GraphIR
import Operators
import TensorCore

/// `UpSampling2D` that repeats rows and columns.
///
/// A repeated axis is a concat of equal values along an axis of extent 1 behind it: no element is computed.
struct UpSamplingLayer: LayerConversion {
  private let factors: Spatial

  init(_ config: LayerConfig) throws(Refusal) {
    try config.requireChannelsLast()
    factors = try config.spatial("size", default: Spatial(2), in: 1...64)
    switch config["interpolation"] {
    case nil, .string("nearest"): return
    case .some(let value): throw Refusal("interpolation is \(value.summary), not nearest")
    }
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    let image = try scope.single(inputs, rank: 4)
    let shape = scope.shape(image)
    let (rows, columns) = (shape[1] * factors.height, shape[2] * factors.width)
    var value = image
    if factors.height > 1 {
      value = try scope.part(
        Reshape([0, shape[1], 1, shape[2] * shape[3]]), [value], "rows")
      value = try scope.part(
        Concat(axis: 2), [ValueID](repeating: value, count: factors.height), "repeated_rows")
    }
    if factors.width > 1 {
      value = try scope.part(Reshape([-1, shape[2], 1, shape[3]]), [value], "columns")
      value = try scope.part(
        Concat(axis: 2), [ValueID](repeating: value, count: factors.width), "repeated_columns")
    }
    return try scope.result(Reshape([-1, rows, columns, shape[3]]), [value])
  }
}
