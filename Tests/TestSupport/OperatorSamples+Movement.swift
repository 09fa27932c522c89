import Operators
import TensorCore

extension OperatorSamples {
  /// Every axis; one to five parts; parts of one element.
  package static let concat: [OperatorSample] =
    [
      (3, [[1, 7, 11, 16], [1, 7, 11, 32]]), (3, [[2, 5, 7, 1], [2, 5, 7, 17], [2, 5, 7, 5]]),
      (-1, [[1, 3, 3, 3], [1, 3, 3, 5], [1, 3, 3, 1], [1, 3, 3, 7], [1, 3, 3, 16]]),
      (1, [[2, 3, 5, 4], [2, 1, 5, 4]]), (2, [[2, 3, 5, 4], [2, 3, 7, 4]]),
      (0, [[1, 3, 5, 4], [2, 3, 5, 4]]), (1, [[3, 17], [3, 5]]), (0, [[7], [1], [3]]),
      (3, [[1, 4, 4, 5]]),
    ].map { (axis: Int, shapes: [Shape]) in
      OperatorSample(
        "axis \(axis) of \(shapes.map(\.description).joined(separator: " "))", Concat(axis: axis),
        shapes.map { .fed($0) }, tolerance: .exact)
    } + [
      OperatorSample(
        "with a constant", Concat(axis: 3), [.fed([1, 3, 3, 5]), .constant([1, 3, 3, 2])],
        tolerance: .exact)
    ]

  /// Every mode; image axes, channel axis, all axes.
  package static let pad: [OperatorSample] = [
    Pad.Mode.constant(0), .constant(-1.5), .reflect, .symmetric, .edge, .wrap,
  ]
  .flatMap { mode in
    ([
      ([1, 7, 11, 16], [0, 1, 1, 0], [0, 1, 1, 0]), ([2, 5, 7, 17], [0, 0, 2, 0], [0, 3, 0, 0]),
      ([1, 5, 7, 3], [0, 0, 0, 1], [0, 0, 0, 2]), ([3, 4, 5, 6], [1, 2, 3, 4], [2, 3, 4, 5]),
      ([2, 2, 2, 2], [0, 0, 0, 0], [0, 0, 0, 0]), ([7], [2], [5]), ([3, 4], [0, 3], [2, 0]),
      ([1, 5, 7, 3], [0, -1, 2, 0], [0, 3, -2, 0]), ([5, 3], [-2, 7], [-1, 8]),
      ([1, 2], [2, 0], [3, -1]),
    ] as [(Shape, [Int], [Int])]).map { shape, before, after in
      OperatorSample(
        "\(mode) of \(shape) by \(before) \(after)",
        Pad(before: before, after: after, mode: mode), [.fed(shape)], tolerance: .exact)
    }
  }

  /// Explicit extents, kept ones, a free one.
  package static let reshape: [OperatorSample] = [
    ([2, 3, 4, 5], [0, -1]), ([2, 3, 4, 5], [6, 20]), ([7], [1, 7, 1, 1]), ([2, 3], [-1]),
    ([1, 1, 1, 17], [0, 17]), ([1], []), ([2, 4, 9], [2, 2, 2, 3, 3]),
  ].map { (shape: Shape, target: [Int]) in
    OperatorSample("\(shape) to \(target)", Reshape(target), [.fed(shape)], tolerance: .exact)
  }

  /// Every axis of an image.
  package static let flatten: [OperatorSample] = (0...4).map {
    OperatorSample(
      "axis \($0)", Flatten(axis: $0), [.fed([2, 3, 5, 7])], tolerance: .exact)
  }

  /// The two of image layouts, the trivial ones, a matrix, five axes.
  package static let transpose: [OperatorSample] = [
    ([1, 7, 11, 16], [0, 3, 1, 2]), ([2, 17, 5, 7], [0, 2, 3, 1]), ([1, 13, 1, 33], [0, 3, 1, 2]),
    ([1, 1, 1, 1], [3, 2, 1, 0]), ([2, 3, 4, 5], [3, 2, 1, 0]), ([2, 3, 4, 5], [0, 1, 2, 3]),
    ([33, 17], [1, 0]), ([2, 3, 5], [1, 2, 0]), ([7], [0]), ([2, 3, 2, 5, 2], [4, 1, 3, 0, 2]),
  ].map { (shape: Shape, order: [Int]) in
    OperatorSample("\(shape) by \(order)", Transpose(order), [.fed(shape)], tolerance: .exact)
  }

  /// Every axis, negative and huge bounds, steps in both directions, several axes.
  package static let slice: [OperatorSample] = [
    ([1, 7, 11, 16], [.init(axis: 3, start: 0, end: 5)]),
    ([1, 7, 11, 17], [.init(axis: -1, start: 5, end: Int.max)]),
    ([2, 7, 11, 5], [.init(axis: 1, start: 1, end: -1), .init(axis: 2, start: 2, end: -2)]),
    ([3, 5, 7, 3], [.init(axis: 0, start: 1, end: 2)]),
    ([1, 9, 9, 3], [.init(axis: 1, start: 0, end: 9, step: 2)]),
    ([1, 9, 9, 3], [.init(axis: 2, start: -1, end: Int.min, step: -1)]),
    (
      [2, 3, 5, 7], [.init(axis: 3, start: 6, end: 0, step: -3), .init(axis: 0, start: 1, end: 2)]
    ),
    ([17], [.init(axis: 0, start: 3, end: 17, step: 5)]), ([3, 4], []),
  ].map { (shape: Shape, ranges: [Slice.Range]) in
    let text = ranges.map { "\($0.axis):\($0.start):\($0.end):\($0.step)" }
    return OperatorSample(
      "\(shape) \(text.joined(separator: " "))", Slice(ranges), [.fed(shape)], tolerance: .exact)
  }
}
