import Operators
import TensorCore

extension OperatorSamples {
  private static let enlarging: [(shape: Shape, axes: [Int], target: Resize.Target)] = [
    ([1, 5, 7, 16], [1, 2], .scales([2, 2])), ([2, 7, 5, 17], [1, 2], .sizes([11, 13])),
    ([1, 11, 13, 5], [1, 2], .scales([0.6, 0.45])), ([1, 9, 4, 3], [1, 2], .sizes([4, 9])),
    ([2, 3, 5, 7], [2, 3], .scales([1.5, 2.3])),
    ([3, 4, 1, 1], [0, 1, 2, 3], .sizes([2, 5, 3, 1])),
    ([1, 1, 1, 33], [1, 2], .sizes([3, 5])), ([17], [0], .sizes([5])),
    ([5, 6], [-1], .scales([0.5])),
    ([2, 3, 4, 3, 2], [1, 2, 3], .sizes([5, 3, 7])), ([1, 4, 4, 8], [1, 2], .sizes([4, 1])),
  ]
  private static let modes: [Resize.Mode] = [
    .nearest(.preferFloor), .linear, .cubic(coefficient: -0.75),
  ]

  /// Every mode on images, rows and five axes, larger and smaller; every rule for places and for the nearest;
  /// antialias; regions within and beyond the input.
  package static let resize: [OperatorSample] = sizes + places + roundings + wide + ratios

  private static let sizes: [OperatorSample] = enlarging.flatMap { shape, axes, target in
    modes.map { mode in sample(shape, Resize(axes: axes, to: target, mode: mode)) }
  }

  private static let places: [OperatorSample] = Resize.Coordinates.allCases.flatMap {
    (coordinates: Resize.Coordinates) -> [OperatorSample] in
    modes.flatMap { (mode: Resize.Mode) -> [OperatorSample] in
      let targets: [Resize.Target] = [.scales([1.7, 0.63]), .sizes([1, 9])]
      let regions: [Resize.Region] = [
        .init(start: 0.2, end: 0.9), .init(start: -0.2, end: 1.3),
      ]
      return targets.map { target in
        sample(
          [1, 6, 7, 5],
          Resize(
            axes: [1, 2], to: target, mode: mode, coordinates: coordinates, regions: regions,
            extrapolation: 1.5))
      }
    }
  }

  private static let roundings: [OperatorSample] = Resize.Rounding.allCases.flatMap {
    (rounding: Resize.Rounding) -> [OperatorSample] in
    let places: [Resize.Coordinates] = [.asymmetric, .halfPixel]
    return places.map { place in
      sample(
        [2, 5, 8, 16],
        Resize(
          axes: [1, 2], to: .sizes([10, 3]), mode: .nearest(rounding), coordinates: place))
    }
  }

  private static let wide: [OperatorSample] = [true, false].flatMap {
    (excludes: Bool) -> [OperatorSample] in
    let modes: [Resize.Mode] = [.linear, .cubic(coefficient: -0.5)]
    return modes.flatMap { (mode: Resize.Mode) -> [OperatorSample] in
      let extents: [(Shape, [Int])] = [
        ([1, 13, 29, 6], [5, 4]), ([1, 5, 4, 6], [7, 9]), ([1, 40, 3, 6], [3, 2]),
      ]
      return extents.map { shape, target in
        sample(
          shape,
          Resize(
            axes: [1, 2], to: .sizes(target), mode: mode, antialias: true,
            excludesOutside: excludes))
      }
    }
  }

  private static let ratios: [OperatorSample] = [Resize.AspectRatio.notLarger, .notSmaller].map {
    (policy: Resize.AspectRatio) -> OperatorSample in
    sample(
      [1, 5, 7, 3], Resize(axes: [1, 2], to: .sizes([9, 9]), mode: .linear, aspectRatio: policy))
  }

  private static func sample(_ shape: Shape, _ op: Resize) -> OperatorSample {
    let text = op.attributes.map { "\($0.name) \($0.value)" }.joined(separator: " ")
    return OperatorSample("\(shape) \(text)", op, [.fed(shape)], tolerance: .tight)
  }
}
