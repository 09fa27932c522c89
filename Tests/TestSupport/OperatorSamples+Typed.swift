import GraphIR
import Operators
import TensorCore

/// Types with numbers.
private let numbers: [ElementType] = [.float32, .int32, .int64]
/// Types that float kernels know nothing of.
private let others: [ElementType] = [.int32, .int64, .bool]

extension OperatorSamples {
  /// Every pair of types.
  package static let cast: [OperatorSample] = ElementType.computed.flatMap { source in
    ElementType.computed.flatMap { target in
      ([[2, 3, 5, 7], [17], [], [1, 33]] as [Shape]).map { shape in
        OperatorSample(
          "\(source) to \(target) of \(shape)", Cast(to: target),
          [.fed(shape, in: -3...3, source)], tolerance: .exact)
      }
    }
  }

  private static let broadcasts: [(Shape, Shape)] = [
    ([2, 5, 7, 17], [17]), ([1, 33], [1, 33]), ([3, 1], [1, 5]), ([], [2, 3]), ([1], [1]),
    ([2, 1, 3, 1], [5, 1, 4]),
  ]

  /// Every question to every type; every way to broadcast.
  package static let comparison: [OperatorSample] = ComparisonFunction.allCases.flatMap {
    function in
    (function == .equal ? ElementType.computed : numbers).flatMap { type in
      broadcasts.map { left, right in
        OperatorSample(
          "\(function.rawValue) of \(type) \(left) \(right)", Comparison(function),
          [.fed(left, in: -2...2, type), .fed(right, in: -2...2, type)], tolerance: .exact)
      }
    } + [
      OperatorSample(
        "\(function.rawValue) with a constant", Comparison(function),
        [.fed([2, 3, 5, 7], in: -2...2), .constant([], in: 0...0)], tolerance: .exact)
    ]
  }

  /// Every function.
  package static let logical: [OperatorSample] = LogicalFunction.allCases.flatMap { function in
    broadcasts.map { left, right in
      OperatorSample(
        "\(function.rawValue) of \(left) \(right)", Logical(function),
        [.fed(left, .bool), .fed(right, .bool)], tolerance: .exact)
    }
  }

  /// Vectors and images.
  package static let not: [OperatorSample] = ([[7], [2, 3, 5, 7], []] as [Shape]).map {
    OperatorSample("of \($0)", Not(), [.fed($0, .bool)], tolerance: .exact)
  }

  /// Every type; operands of one and of three shapes; constants.
  package static let selection: [OperatorSample] = ElementType.computed.flatMap { type in
    ([
      ([2, 5, 7], [2, 5, 7], [2, 5, 7]), ([3, 1], [1, 4], []), ([17], [2, 1], [3, 1, 17]),
    ] as [(Shape, Shape, Shape)]).map { condition, first, second in
      OperatorSample(
        "\(condition) \(first) \(second) of \(type)", Where(),
        [.fed(condition, .bool), .fed(first, in: -9...9, type), .fed(second, in: -9...9, type)],
        tolerance: .exact)
    } + [
      OperatorSample(
        "with constants of \(type)", Where(),
        [.fed([2, 7], .bool), .constant([], in: 3...3, type), .constant([7], in: -9...9, type)],
        tolerance: .exact)
    ]
  }

  /// Every type of data and indices; every axis; scalars, matrices and constants as indices.
  package static let gather: [OperatorSample] =
    ElementType.computed.flatMap { type in
      [ElementType.int32, .int64].flatMap { index in
        ([([5, 7], [3], 0), ([2, 3, 5, 4], [2, 3], -2), ([11], [], 0), ([3, 17], [1], 1)]
          as [(Shape, Shape, Int)]).map { shape, indices, axis in
            let extent = Float(shape[axis < 0 ? axis + shape.rank : axis])
            return OperatorSample(
              "\(type) \(shape) by \(index) \(indices) along \(axis)", Gather(axis: axis),
              [.fed(shape, in: -9...9, type), .fed(indices, in: -extent...extent - 1, index)],
              tolerance: .exact)
          }
      }
    } + [
      OperatorSample(
        "by a constant", Gather(axis: 3),
        [.fed([2, 3, 4, 6]), .constant([4], in: -6...5, .int64)], tolerance: .exact),
      OperatorSample(
        "of a constant", Gather(axis: 0),
        [.constant([13, 33]), .fed([2, 5], in: 0...12, .int64)], tolerance: .exact),
    ]

  /// Both; every type with numbers, ties among them; every axis.
  package static let argReduce: [OperatorSample] = ArgReduce.Kind.allCases.flatMap { kind in
    numbers.flatMap { type in
      ([([2, 7, 5, 3], 3), ([2, 7, 5, 3], 1), ([33], 0), ([5, 1], -1), ([3, 1001], 1)]
        as [(Shape, Int)]).flatMap { shape, axis in
          [true, false].map { flag in
            OperatorSample(
              "\(kind.rawValue) of \(type) \(shape) along \(axis)\(flag ? "" : ", last, without axis")",
              ArgReduce(kind, axis: axis, keepsAxis: flag, selectsLast: !flag),
              [.fed(shape, in: -4...4, type)], tolerance: .exact)
          }
        }
    }
  }

  /// Largest and smallest; every type with numbers, ties among them; one, some and all elements.
  package static let topK: [OperatorSample] = [true, false].flatMap { largest in
    numbers.flatMap { type in
      ([
        ([2, 7, 5, 3], 3, 2), ([2, 7, 5, 3], 1, 7), ([33], 0, 5), ([5, 1], -1, 1),
        ([3, 101], 1, 10),
      ] as [(Shape, Int, Int)]).map { shape, axis, k in
        OperatorSample(
          "\(k) \(largest ? "largest" : "smallest") of \(type) \(shape) along \(axis)",
          TopK(k, axis: axis, largest: largest), [.fed(shape, in: -9...9, type)],
          tolerance: .exact)
      }
    }
  }

  /// Integers; zeros among the divisors; powers of mixed types.
  package static let typedArithmetic: [OperatorSample] = integers.flatMap {
    binary(of: $0) + unary(of: $0) + powers(of: $0)
  }

  private static let integers: [ElementType] = [.int32, .int64]

  private static func binary(of type: ElementType) -> [OperatorSample] {
    var samples: [OperatorSample] = []
    for function in BinaryFunction.allCases {
      for (left, right) in broadcasts {
        let name = "\(function.rawValue) of \(type) \(left) \(right)"
        samples.append(
          OperatorSample(
            name, Binary(function),
            [.fed(left, in: -9...9, type), .fed(right, in: -4...4, type)], tolerance: .exact))
      }
    }
    return samples
  }

  private static func unary(of type: ElementType) -> [OperatorSample] {
    var samples: [OperatorSample] = []
    for function in UnaryFunction.samples where function.takesIntegers {
      for shape in [[2, 3, 5, 7], []] as [Shape] {
        samples.append(
          OperatorSample(
            "\(function.name) of \(type) \(shape)", Unary(function),
            [.fed(shape, in: -9...9, type)], tolerance: .exact))
      }
    }
    return samples
  }

  private static func powers(of type: ElementType) -> [OperatorSample] {
    let real = OperatorSample(
      "pow of float32 to \(type)", Binary(.pow),
      [.fed([3, 7], in: 0.5...2), .fed([7], in: -4...4, type)], tolerance: .close)
    let whole = OperatorSample(
      "pow of \(type) to float32", Binary(.pow),
      [.fed([3, 7], in: 1...9, type), .fed([7], in: 0...4)], tolerance: .exact)
    return [real, whole]
  }

  /// Data movement of every type but float32.
  package static let typedMovement: [OperatorSample] = others.flatMap { moved($0) + padded($0) }

  private static func moved(_ type: ElementType) -> [OperatorSample] {
    func range(_ axis: Int, _ start: Int, _ end: Int, _ step: Int = 1) -> Slice.Range {
      Slice.Range(axis: axis, start: start, end: end, step: step)
    }
    let operators: [(String, any Operator, [Shape])] = [
      ("channels", Concat(axis: 3), [[1, 3, 3, 3], [1, 3, 3, 5]]),
      ("vectors", Concat(axis: 0), [[1], [3], [1]]),
      ("5 axes", Concat(axis: 1), [[1, 2, 3, 2, 2], [1, 3, 3, 2, 2]]),
      ("a window", Slice([range(1, 1, -1)]), [[2, 5, 3, 4]]),
      ("backwards", Slice([range(-1, -1, Int.min, -2)]), [[3, 7]]),
      ("backwards twice", Slice([range(0, 2, 0, -1), range(1, 4, 0, -2)]), [[4, 5]]),
      ("to NCHW", Transpose.toNCHW, [[2, 5, 7, 3]]),
      ("a matrix", Transpose([1, 0]), [[5, 9]]),
      ("5 axes", Transpose([4, 1, 3, 0, 2]), [[2, 3, 2, 5, 2]]),
      ("to 2 axes", Reshape([0, -1]), [[2, 3, 5]]),
      ("to a scalar", Reshape([]), [[1]]),
      ("typed", Flatten(), [[2, 3, 5]]),
      ("typed", Identity(), [[2, 3]]),
    ]
    return operators.map { detail, op, shapes in
      OperatorSample(
        "\(detail) of \(type)", op, shapes.map { .fed($0, in: -99...99, type) },
        tolerance: .exact)
    }
  }

  private static func padded(_ type: ElementType) -> [OperatorSample] {
    let modes: [Pad.Mode] = [.constant(3), .reflect, .edge]
    return modes.map { mode in
      OperatorSample(
        "\(mode) typed of \(type)", Pad(before: [1, 0, 2], after: [0, 3, 1], mode: mode),
        [.fed([4, 5, 6], in: -99...99, type)], tolerance: .exact)
    }
  }
}
