import GraphIR
import Operators
import TensorCore

extension OperatorCase {
  /// The operator that a case of `onnx_operators.json` describes.
  func makeONNXOperator() throws -> any Operator {
    switch op {
    case "reduce":
      guard let kind = texts["kind"].flatMap(ReduceKind.init(rawValue:)) else {
        throw Problem.missing("kind", self)
      }
      return Reduce(kind, axes: try list("axes"), keepsAxes: try int("keeps") == 1)
    case "mean_variance_normalization":
      return MeanVarianceNormalization(
        axes: try list("axes"), epsilon: try float("epsilon"),
        givesStatistics: ints["statistics"] != nil)
    case "lp_normalization": return LpNormalization(axis: try int("axis"), p: try int("p"))
    case "hardmax": return Hardmax(axis: try int("axis"))
    case "expand": return Expand(Shape(try list("shape")))
    case "tile": return Tile(try list("repeats"))
    case "lp_pool":
      return LpPool2D(
        p: try int("p"),
        window: Window(
          kernel: try spatial("kernel"), strides: try spatial("strides"),
          dilations: try spatial("dilations"), padding: try padding(),
          ceilMode: try int("ceil") == 1))
    case "conv_transpose2d":
      let pads = try list("pads")
      return ConvTranspose2D(
        strides: try spatial("strides"), dilations: try spatial("dilations"),
        border: Border(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3]),
        outputPadding: try spatial("output_padding"), groups: try int("groups"))
    case "resize": return try makeResize()
    default: return try makeTrainingOperator()
    }
  }

  private func makeResize() throws -> Resize {
    guard let coordinates = texts["coordinates"].flatMap(Resize.Coordinates.init(rawValue:)),
      let aspect = texts["aspect"].flatMap(Resize.AspectRatio.init(rawValue:))
    else { throw Problem.missing("coordinates", self) }
    let mode: Resize.Mode
    switch texts["mode"] {
    case "linear": mode = .linear
    case "cubic": mode = .cubic(coefficient: try float("a"))
    default:
      guard let rounding = texts["rounding"].flatMap(Resize.Rounding.init(rawValue:)) else {
        throw Problem.missing("rounding", self)
      }
      mode = .nearest(rounding)
    }
    let target: Resize.Target =
      ints["sizes"] == nil
      ? .scales([try float("scale0"), try float("scale1")]) : .sizes(try list("sizes"))
    return Resize(
      axes: try list("axes"), to: target, mode: mode, coordinates: coordinates,
      aspectRatio: aspect, antialias: try int("antialias") == 1,
      excludesOutside: try int("excludes") == 1,
      regions: [
        .init(start: try float("start0"), end: try float("end0")),
        .init(start: try float("start1"), end: try float("end1")),
      ], extrapolation: try float("extrapolation"))
  }
}
