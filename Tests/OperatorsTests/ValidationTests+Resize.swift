import Operators
import TensorCore

extension ValidationTests {
  private static func resize(
    _ axes: [Int], _ target: Resize.Target, _ mode: Resize.Mode = .linear,
    _ coordinates: Resize.Coordinates = .halfPixel, antialias: Bool = false,
    regions: [Resize.Region]? = nil
  ) -> Resize {
    Resize(
      axes: axes, to: target, mode: mode, coordinates: coordinates, antialias: antialias,
      regions: regions)
  }

  /// Resizes, transposed convolutions, pools of norms.
  static let resizes: [Refusal] = [
    Refusal(
      resize([2], .sizes([1])), [[2, 3]], "resize: expected different axes of [2, 3], found [2]"),
    Refusal(
      resize([0], .sizes([1])), [[0]],
      "resize: expected at least one element along axes [0], found [0]"),
    Refusal(
      resize([0], .sizes([0])), [[2]], "resize: expected 1 sizes within 1 to 16777216, found [0]"),
    Refusal(
      resize([0], .scales([.nan])), [[2]],
      "resize: expected 1 scales above 0, at most 16777216, found [nan]"),
    Refusal(
      resize([0, 1], .scales([1])), [[2, 2]],
      "resize: expected 2 scales above 0, at most 16777216, found [1.0]"),
    Refusal(
      resize([0], .scales([0.4])), [[2]],
      "resize: expected 1 to 16777216 elements along axis 0, found 0"),
    Refusal(
      resize([0], .sizes([2]), .linear, .tfCropAndResize), [[2]],
      "resize: expected 1 finite regions, found []"),
    Refusal(
      resize([0], .sizes([2]), .nearest(.floor), antialias: true), [[2]],
      "resize: expected mode linear or cubic with antialias, found nearest"),
    Refusal(
      resize([0], .sizes([2]), .cubic(coefficient: .infinity)), [[2]],
      "resize: expected a finite cubic_coeff_a, found inf"),
    Refusal(
      ConvTranspose2D(), [[1, 0, 4, 3], [1, 1, 3, 2]],
      "conv_transpose2d: expected an image [N, H, W, C] of at least one pixel, "
        + "found [1, 0, 4, 3]"),
    Refusal(
      ConvTranspose2D(), [[1, 4, 4, 3], [1, 3, 2]],
      "conv_transpose2d: expected weights [KH, KW, I, O/groups], found [1, 3, 2]"),
    Refusal(
      ConvTranspose2D(groups: 2), [[1, 4, 4, 3], [1, 1, 3, 2]],
      "conv_transpose2d: expected groups that divide 3 input channels, found 2"),
    Refusal(
      ConvTranspose2D(), [[1, 4, 4, 3], [1, 1, 2, 2]],
      "conv_transpose2d: expected weights [1, 1, 3, 2] ([KH, KW, I, O/groups]) for an image "
        + "[1, 4, 4, 3], found [1, 1, 2, 2]"),
    Refusal(
      ConvTranspose2D(groups: 3), [[1, 4, 4, 3], [1, 1, 3, 2], [2]],
      "conv_transpose2d: expected bias [6], found [2]"),
    Refusal(
      ConvTranspose2D(strides: Spatial(0)), [[1, 4, 4, 3], [1, 1, 3, 2]],
      "conv_transpose2d: expected strides between 1 and 1048576, found 0x0"),
    Refusal(
      ConvTranspose2D(border: Border(Spatial(1 << 21))), [[1, 4, 4, 3], [1, 1, 3, 2]],
      "conv_transpose2d: expected pads within 1048576, found [2097152, 2097152, 2097152, 2097152]"),
    Refusal(
      ConvTranspose2D(outputPadding: Spatial(-1)), [[1, 4, 4, 3], [1, 1, 3, 2]],
      "conv_transpose2d: expected output_padding between 0 and 1048576, found -1x-1"),
    Refusal(
      ConvTranspose2D(border: Border(Spatial(2))), [[1, 4, 4, 3], [1, 1, 3, 2]],
      "conv_transpose2d: expected pads that leave at least one pixel, found [0, 0] pixels"),
    Refusal(
      LpPool2D(p: 0, window: Window(kernel: .one)), [[1, 4, 4, 3]],
      "lp_pool: expected p between 1 and 64, found 0"),
    Refusal(
      LpPool2D(window: Window(kernel: Spatial(2))), [[4, 4, 3]],
      "lp_pool: expected an image [N, H, W, C], found [4, 4, 3]"),
  ]
}
