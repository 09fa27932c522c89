import Operators
import TensorCore

extension OperatorSamples {
  /// Strides, dilations, borders, groups and channels around vector widths; weights known and fed.
  package static let convTranspose2D: [OperatorSample] = [
    transposed("2x2 stride 2", [1, 5, 7, 16], Spatial(2), 16, .init(strides: Spatial(2))),
    transposed("3x3", [1, 4, 5, 3], Spatial(3), 5),
    transposed(
      "3x3 stride 2 padded", [2, 5, 7, 17], Spatial(3), 33,
      .init(strides: Spatial(2), border: Border(Spatial(1)), outputPadding: Spatial(1))),
    transposed(
      "4x4 stride 2 and relu", [1, 11, 13, 8], Spatial(4), 32,
      .init(strides: Spatial(2), border: Border(Spatial(1)), activation: .relu)),
    transposed(
      "3x2 strides 3x2", [1, 3, 4, 2], Spatial(3, 2), 7,
      .init(strides: Spatial(3, 2), outputPadding: Spatial(1, 0))),
    transposed("2x2 stride 3", [1, 3, 3, 4], Spatial(2), 6, .init(strides: Spatial(3))),
    transposed("dilated", [1, 5, 6, 5], Spatial(3, 2), 4, .init(dilations: Spatial(2, 3))),
    transposed(
      "dilated stride 2", [1, 5, 6, 5], Spatial(3), 4,
      .init(strides: Spatial(2), dilations: Spatial(3), border: Border(Spatial(2)))),
    transposed(
      "asymmetric border", [2, 6, 5, 3], Spatial(5, 4), 3,
      .init(strides: Spatial(2, 1), border: Border(top: 0, left: 3, bottom: 2, right: 1))),
    transposed(
      "negative border", [1, 3, 3, 2], Spatial(3), 5,
      .init(strides: Spatial(3, 2), border: Border(top: -1, left: 0, bottom: -2, right: -3))),
    transposed(
      "groups 2", [1, 5, 5, 6], Spatial(3), 20, .init(strides: Spatial(2), groups: 2)),
    transposed("depthwise", [2, 4, 7, 5], Spatial(3), 5, .init(strides: Spatial(2), groups: 5)),
    transposed("on one pixel", [1, 1, 1, 1], Spatial(7, 5), 1),
    transposed("1x1", [3, 1, 5, 7], .one, 48),
    OperatorSample(
      "all fed", ConvTranspose2D(strides: Spatial(2)),
      [.fed([1, 3, 5, 4]), .fed([2, 3, 4, 3]), .fed([3])], tolerance: .close),
    OperatorSample(
      "without bias", ConvTranspose2D(strides: Spatial(2)),
      [.fed([1, 3, 5, 4]), .constant([2, 3, 4, 16])], tolerance: .close),
  ]

  private static func transposed(
    _ name: String, _ image: Shape, _ kernel: Spatial, _ outer: Int,
    _ op: ConvTranspose2D = ConvTranspose2D()
  ) -> OperatorSample {
    OperatorSample(
      "\(name) \(image) to \(outer)", op,
      [
        .fed(image), .constant([kernel.height, kernel.width, image[3], outer / op.groups]),
        .constant([outer]),
      ], tolerance: .close)
  }
}
