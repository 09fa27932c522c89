import Operators

/// A two-dimensional Winograd algorithm: one transform along the image's rows axis (y) and one along its columns axis
/// (x). A filter of one row or column has the identity along the other axis.
///
/// The forms there are, with the points of each transform (infinity is always among them) and the growth of the
/// rounding error over direct summation, as ``errorGrowth`` estimates it for white noise:
///
/// | transform | finite points | growth |
/// |---|---|---|
/// | F(2,3) | 0 ±1 | 1.3 |
/// | F(4,3) | 0 ±1/2 ±3/2 | 2.5 |
/// | F(6,3) | 0 ±1/2 ±1 ±2 | 4.5 |
/// | F(2,5) | 0 ±1/2 ±3/2 | 2.6 |
/// | F(4,5) | 0 ±1/2 ±1 ±2 | 4.4 |
/// | F(2,7) | 0 ±1/2 ±1 ±2 | 5.0 |
/// | F(3,7) | ±1/2 ±3/4 ±5/4 ±5/2 | 9.8 |
/// | F(4,7) | 0 ±1/2 ±3/4 ±5/4 ±5/2 | 10.9 |
/// | F(5,7) | ±3/8 ±5/8 ±1 ±3/2 ±3 | 20 |
/// | F(6,7) | 0 ±3/8 ±5/8 ±1 ±3/2 ±3 | 24 |
/// | F(2,3) stride 2 | even samples 0 1, odd samples as they are | 1.3 |
/// | F(3,3) stride 2 | even samples 0 ±1, odd samples as they are | 1.2 |
///
/// The growth of a two-dimensional form is the product of both: 6.0 for F(4x4,3x3), 21 for F(6x6,3x3). It is what
/// plans and profiles report. All points are dyadic, so that Aᵀ and Bᵀ are exact in float32 and only G, which is
/// applied in Double, is rounded.
package struct WinogradForm: Hashable, Sendable {
  /// Along y.
  package let rows: WinogradTransform
  /// Along x.
  package let columns: WinogradTransform
  /// The strictest accuracy that allows it.
  package let accuracy: Accuracy

  /// `F(4x4,3x3)`, with stride `F(3x3,3x3)/2`; along one axis `F(6,7)`.
  package var name: String {
    let strided = rows.stride == 2 ? "/2" : ""
    if rows.size == 1 { return "F(\(columns.outputs),\(columns.taps))" }
    if columns.size == 1 { return "F(\(rows.outputs),\(rows.taps))" }
    return "F(\(rows.outputs)x\(columns.outputs),\(rows.taps)x\(columns.taps))\(strided)"
  }

  /// Products per tile and channel pair.
  package var size: Int { rows.size * columns.size }
  /// Outputs of a tile.
  package var outputs: Int { rows.outputs * columns.outputs }
  /// Estimated growth of the rounding error over direct summation.
  package var errorGrowth: Double { rows.errorGrowth * columns.errorGrowth }

  /// Operations for one tile, a fused multiply-add being one: products and transforms.
  func multiplyAdds(channels: Int, outputChannels: Int, inputTransforms: Int = 1) -> Int {
    let input = columns.size * rows.inputOperations + rows.size * columns.inputOperations
    let inverse =
      columns.size * rows.inverseOperations + rows.outputs * columns.inverseOperations
    return size * channels * outputChannels + inputTransforms * channels * input
      + outputChannels * inverse
  }

  /// Why no kernel can compute a convolution in this form; nil where one can.
  func refusal(of problem: ConvolutionProblem) -> String? {
    if !problem.hasConstantWeights { return "weights that are computed at run time" }
    if problem.groups != 1 { return "groups" }
    if problem.image.strides[3] != 1, problem.image.shape[3] != 1 {
      return "channels are not neighbours in memory"
    }
    let isCovered =
      problem.positions.height >= rows.outputs && problem.positions.width >= columns.outputs
    return isCovered ? nil : "the result is smaller than a tile of outputs"
  }

  /// Whether the filter is one row or one column of taps.
  package var isOneDimensional: Bool { rows.size == 1 || columns.size == 1 }

  /// The forms for a window, the most accurate first; empty where there are none.
  ///
  /// `results` is the size of the layer's result. F(6,3) is as accurate on any image, but what an early layer adds
  /// is amplified by all that follow, so that ``Accuracy/high`` takes it for small images only.
  package static func forms(
    kernel: Spatial, strides: Spatial, dilations: Spatial, results: Spatial? = nil
  ) -> [WinogradForm] {
    let extent = results.map { max($0.height, $0.width) } ?? Int.max
    let largeTiles: Accuracy = extent <= lateExtent ? .high : .fast
    guard dilations == .one || kernel == .one else { return [] }
    switch (kernel, strides) {
    case (Spatial(3, 3), .one):
      return [
        square(.f2x3, .high), square(.f4x3, .high),
        WinogradForm(rows: .f4x3, columns: .f6x3, accuracy: .high),
        square(.f6x3, largeTiles),
      ]
    case (Spatial(3, 3), Spatial(2, 2)):
      return [square(.strided2, .high), square(.strided3, .high)]
    case (Spatial(5, 5), .one): return [square(.f2x5, .high), square(.f4x5, .high)]
    case (Spatial(1, 7), .one): return WinogradTransform.sevenTaps.map { row($0, .high) }
    case (Spatial(7, 1), .one): return WinogradTransform.sevenTaps.map { column($0, .high) }
    case (Spatial(1, 3), .one): return [row(.f2x3, .high), row(.f4x3, .high)]
    case (Spatial(3, 1), .one): return [column(.f2x3, .high), column(.f4x3, .high)]
    default: return []
    }
  }

  /// Images up to this size are found behind the stem of a network.
  private static let lateExtent = 48

  private static func square(_ one: WinogradTransform, _ accuracy: Accuracy) -> WinogradForm {
    WinogradForm(rows: one, columns: one, accuracy: accuracy)
  }

  private static func row(_ one: WinogradTransform, _ accuracy: Accuracy) -> WinogradForm {
    WinogradForm(rows: .identity, columns: one, accuracy: accuracy)
  }

  private static func column(_ one: WinogradTransform, _ accuracy: Accuracy) -> WinogradForm {
    WinogradForm(rows: one, columns: .identity, accuracy: accuracy)
  }
}

extension WinogradTransform {
  /// F(2,3)
  package static let f2x3 = WinogradTransform(outputs: 2, taps: 3, points: [0, 1, -1])
  /// F(4,3)
  package static let f4x3 = WinogradTransform(outputs: 4, taps: 3, points: pairs(0.5, 1.5))
  /// F(6,3)
  package static let f6x3 = WinogradTransform(outputs: 6, taps: 3, points: pairs(0.5, 1, 2))
  /// F(2,5)
  package static let f2x5 = WinogradTransform(outputs: 2, taps: 5, points: pairs(0.5, 1.5))
  /// F(4,5)
  package static let f4x5 = WinogradTransform(outputs: 4, taps: 5, points: pairs(0.5, 1, 2))
  /// F(2,7) to F(6,7)
  package static let sevenTaps = [
    WinogradTransform(outputs: 2, taps: 7, points: pairs(0.5, 1, 2)),
    WinogradTransform(outputs: 3, taps: 7, points: pairs(zero: false, 0.5, 0.75, 1.25, 2.5)),
    WinogradTransform(outputs: 4, taps: 7, points: pairs(0.5, 0.75, 1.25, 2.5)),
    WinogradTransform(outputs: 5, taps: 7, points: pairs(zero: false, 0.375, 0.625, 1, 1.5, 3)),
    WinogradTransform(outputs: 6, taps: 7, points: pairs(0.375, 0.625, 1, 1.5, 3)),
  ]
  /// Three taps, stride 2, two outputs.
  package static let strided2 = strided(outputs: 2, points: [0, 1])
  /// Three taps, stride 2, three outputs.
  package static let strided3 = strided(outputs: 3, points: [0, 1, -1])

  private static func pairs(zero: Bool = true, _ values: Double...) -> [Double] {
    (zero ? [0] : []) + values.flatMap { [$0, -$0] }
  }
}
