import Operators
import TensorCore

extension OperatorSamples {
  private static let reductions: [(shape: Shape, axes: [Int])] = [
    ([1, 7, 11, 16], [1, 2]), ([2, 5, 7, 17], [1, 2]), ([2, 5, 7, 17], [3]), ([3, 5, 1, 7], [-1]),
    ([2, 3, 5, 33], []), ([2, 3, 5, 7], [0]), ([2, 3, 5, 7], [0, 2]), ([2, 3, 4, 5], [1, 3]),
    ([1, 1, 1, 1], [1]), ([1000], [0]), ([3, 1001], [1]), ([17, 3], [0]), ([7], []), ([], []),
    ([2, 3, 2, 3, 2, 19], [0, 2, 4]), ([5, 64, 3], [1]),
  ]

  /// Every kind along the innermost axis, outer axes, several, all and none.
  package static let reduce: [OperatorSample] = floatReduce + typedReduce

  private static let floatReduce: [OperatorSample] = ReduceKind.allCases.flatMap { kind in
    let range: ClosedRange<Float> = [.logSum, .prod].contains(kind) ? 0.93...1.07 : -3...3
    return reductions.map { shape, axes in
      OperatorSample(
        "\(kind.rawValue) axes \(axes) of \(shape)", Reduce(kind, axes: axes),
        [.fed(shape, in: range)], tolerance: .close)
    } + [
      OperatorSample(
        "\(kind.rawValue) axes dropped", Reduce(kind, axes: [1, -1], keepsAxes: false),
        [.fed([2, 7, 3, 17], in: range)], tolerance: .close),
      OperatorSample(
        "\(kind.rawValue) innermost dropped", Reduce(kind, axes: [2], keepsAxes: false),
        [.fed([2, 7, 19], in: range)], tolerance: .close),
    ]
  }

  /// Layers, instances and groups; statistics; scales and biases that broadcast.
  package static let meanVarianceNormalization: [OperatorSample] = [
    ([1, 7, 11, 16], [1, 2], [[16], [16]]), ([3, 5, 7, 17], [1, 2], [[17], [17]]),
    ([2, 3, 5, 33], [3], [[33]]), ([2, 3, 5, 33], [1, 2, 3], []),
    ([2, 7, 5, 3, 4], [1, 2, 4], [[3, 4], [3, 4]]),
    ([5, 1001], [-1], [[1001], [1001]]), ([4, 6], [0], [[1], []]),
    ([2, 3, 5, 2], [0, 1, 2], [[5, 2]]),
  ].flatMap { (shape: Shape, axes: [Int], operands: [Shape]) in
    [false, true].map { statistics in
      OperatorSample(
        "axes \(axes) of \(shape) with \(operands.count)\(statistics ? " and statistics" : "")",
        MeanVarianceNormalization(axes: axes, epsilon: 1e-3, givesStatistics: statistics),
        [.fed(shape, in: -2...3)] + operands.map { .constant($0) }, tolerance: .close)
    }
  }

  /// Every axis, both norms.
  package static let lpNormalization: [OperatorSample] = [
    ([1, 7, 11, 16], -1), ([2, 5, 7, 17], 1), ([2, 3, 4, 5], 0), ([33], 0), ([4, 1], 1),
  ].flatMap { (shape: Shape, axis: Int) in
    [1, 2].map { p in
      OperatorSample(
        "\(p) along \(axis) of \(shape)", LpNormalization(axis: axis, p: p), [.fed(shape)],
        tolerance: .close)
    }
  }

  /// Every axis.
  package static let hardmax: [OperatorSample] = [
    ([1, 10], -1), ([2, 7, 11, 5], 1), ([2, 3, 4, 5], 0), ([33], 0), ([5, 1], 1), ([3, 1001], 1),
  ].map { (shape: Shape, axis: Int) in
    OperatorSample(
      "along \(axis) of \(shape)", Hardmax(axis: axis), [.fed(shape)], tolerance: .exact)
  }

  /// Missing axes, axes of extent 1, targets smaller than the input.
  package static let expand: [OperatorSample] = [
    ([3, 1], [2, 3, 17]), ([1, 5, 7, 16], [2, 5, 7, 16]), ([], [3, 5]), ([7], [1]),
    ([2, 1, 3], [5, 1]),
    ([1, 1, 1, 1], [2, 3, 5, 7]), ([4], [2, 2, 2, 2, 4]),
  ].map { (shape: Shape, target: Shape) in
    OperatorSample("\(shape) to \(target)", Expand(target), [.fed(shape)], tolerance: .exact)
  }

  /// One axis, all axes, none.
  package static let tile: [OperatorSample] = [
    ([1, 7, 11, 16], [1, 2, 3, 1]), ([2, 3], [2, 3]), ([7], [5]), ([1, 5, 1, 3], [3, 1, 4, 2]),
    ([], []),
    ([2, 3, 2, 3, 2], [2, 1, 2, 1, 2]), ([3, 17], [1, 2]),
  ].map { (shape: Shape, repeats: [Int]) in
    OperatorSample("\(shape) by \(repeats)", Tile(repeats), [.fed(shape)], tolerance: .exact)
  }

  /// What integers and bools have.
  private static let typedReduce: [OperatorSample] = ReduceKind.allCases.flatMap { kind in
    kind.types.filter { $0 != .float32 }.flatMap { (type: ElementType) -> [OperatorSample] in
      let problems: [(Shape, [Int])] = [
        ([2, 3, 5, 7], [1, 2]), ([4, 33], [-1]), ([3, 1, 5], []),
      ]
      return problems.map { shape, axes in
        OperatorSample(
          "\(kind.rawValue) of \(type) axes \(axes) of \(shape)",
          Reduce(kind, axes: axes, keepsAxes: false), [.fed(shape, in: -9...9, type)],
          tolerance: .exact)
      }
    }
  }

  /// Elements of other types repeated.
  package static let typedRepetition: [OperatorSample] = [
    ElementType.int32, .int64, .bool,
  ].flatMap { (type: ElementType) -> [OperatorSample] in
    [
      OperatorSample(
        "\(type)", Expand([3, 5, 7]), [.fed([5, 1], in: -9...9, type)], tolerance: .exact),
      OperatorSample(
        "\(type)", Tile([2, 1, 3]), [.fed([3, 5, 2], in: -9...9, type)], tolerance: .exact),
      OperatorSample(
        "\(type)", Resize(axes: [1, 2], to: .scales([1.5, 2]), mode: .nearest(.floor)),
        [.fed([2, 4, 3, 5], in: -9...9, type)], tolerance: .exact),
      OperatorSample(
        "\(type) wrapped and cropped", Pad(before: [-1, 2], after: [3, 5], mode: .wrap),
        [.fed([4, 3], in: -9...9, type)], tolerance: .exact),
    ]
  }
}
