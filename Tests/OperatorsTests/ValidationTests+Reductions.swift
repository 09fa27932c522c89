import Operators
import TensorCore

extension ValidationTests {
  /// Reductions, normalisations and what repeats elements.
  static let reductions: [Refusal] = [
    Refusal(
      Reduce(.sum, axes: [2]), [[2, 3]], "reduce: expected different axes of [2, 3], found [2]"),
    Refusal(
      Reduce(.mean, axes: [0, -2]), [[2, 3]],
      "reduce: expected different axes of [2, 3], found [0, -2]"),
    Refusal(
      MeanVarianceNormalization(axes: [0], epsilon: -1), [[2]],
      "mean_variance_normalization: expected a finite epsilon ≥ 0, found -1.0"),
    Refusal(
      MeanVarianceNormalization(axes: [1], epsilon: 0), [[2]],
      "mean_variance_normalization: expected different axes of [2], found [1]"),
    Refusal(
      MeanVarianceNormalization(axes: [0], epsilon: 0), [[2, 3], [3], [2]],
      "mean_variance_normalization: expected a bias that broadcasts to [2, 3], found [2]"),
    Refusal(
      MeanVarianceNormalization(axes: [0], epsilon: 0), [[2, 1], [3]],
      "mean_variance_normalization: expected a scale that broadcasts to [2, 1], found [3]"),
    Refusal(
      LpNormalization(axis: 2), [[2, 3]],
      "lp_normalization: expected an axis of [2, 3], found 2"),
    Refusal(LpNormalization(p: 3), [[2]], "lp_normalization: expected p 1 or 2, found 3"),
    Refusal(Hardmax(axis: 1), [[2]], "hardmax: expected an axis of [2], found 1"),
    Refusal(
      Expand([2, 2]), [[3]], "expand: expected a shape that [3] broadcasts with, found [2, 2]"),
    Refusal(
      Expand([-1]), [[1]], "expand: expected a shape that [1] broadcasts with, found [-1]"),
    Refusal(
      Tile([2]), [[2, 3]], "tile: expected 2 repeats between 0 and 16777216, found [2]"),
    Refusal(Tile([-1]), [[2]], "tile: expected 1 repeats between 0 and 16777216, found [-1]"),
    Refusal(
      Tile([1 << 24, 1 << 24, 1 << 24]), [[2, 2, 2]],
      "tile: expected a shape within Int, found [2, 2, 2] times [16777216, 16777216, 16777216]"),
  ]
}
