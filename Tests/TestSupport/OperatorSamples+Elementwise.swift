import GraphIR
import Operators
import TensorCore

extension OperatorSamples {
  /// Every function on a vector, an image and a batch; where it is defined.
  package static let unary: [OperatorSample] = UnaryFunction.samples.flatMap { function in
    ([[1], [7], [2, 7, 11, 17], [1, 5, 5, 16], []] as [Shape]).map {
      OperatorSample(
        "\(function.summary) of \($0)", Unary(function),
        [.fed($0, in: function.sampleRange)], tolerance: .tight)
    }
  }

  /// Every function; every way to broadcast; activations.
  package static let binary: [OperatorSample] = BinaryFunction.allCases
    .flatMap { function in
      let range: ClosedRange<Float> = function == .pow ? 0.125...3 : -1...1
      let tolerance: Tolerance = function == .pow ? .close : .tight
      return
        ([
          ([2, 7, 11, 17], [2, 7, 11, 17]), ([1, 8, 8, 16], [1, 8, 8, 16]), ([1, 5, 7, 17], [17]),
          ([17], [2, 3, 5, 17]), ([3, 1], [1, 5]), ([2, 5, 3], []), ([2, 1, 3, 1], [5, 1, 4]),
          ([1], [1]), ([2, 3, 3, 5], [2, 1, 1, 5]),
        ] as [(Shape, Shape)]).map { left, right in
          OperatorSample(
            "\(function.rawValue) \(left) \(right)", Binary(function),
            [.fed(left, in: range), .fed(right, in: 0.5...2)], tolerance: tolerance)
        } + [
          OperatorSample(
            "\(function.rawValue) with a constant and relu", Binary(function, activation: .relu),
            [.fed([2, 5, 5, 16], in: range), .constant([16], in: 0.5...2)], tolerance: tolerance),
          OperatorSample(
            "\(function.rawValue) and silu", Binary(function, activation: .silu),
            [.fed([1, 7, 11, 5], in: range), .fed([1, 7, 11, 5], in: 0.5...2)], tolerance: tolerance
          ),
        ]
    }

  private static let images: [Shape] = [
    [1, 7, 11, 16], [3, 5, 7, 17], [1, 1, 1, 1], [2, 13, 1, 33], [4, 5], [7],
  ]

  /// Biases known and fed.
  package static let biasAdd: [OperatorSample] = images.flatMap { shape in
    let channels: Shape = [shape[shape.rank - 1]]
    return [
      OperatorSample(
        "to \(shape)", BiasAdd(), [.fed(shape), .constant(channels)], tolerance: .tight),
      OperatorSample(
        "fed, to \(shape)", BiasAdd(), [.fed(shape), .fed(channels)], tolerance: .tight),
    ]
  }

  /// Statistics known and fed, two epsilons.
  package static let batchNormalization: [OperatorSample] = images.flatMap { shape in
    let channels: Shape = [shape[shape.rank - 1]]
    return [
      OperatorSample(
        "of \(shape)", BatchNormalization(epsilon: 1e-3),
        [
          .fed(shape), .constant(channels), .constant(channels), .constant(channels),
          .constant(channels, in: 0.1...2),
        ], tolerance: .close),
      OperatorSample(
        "fed, of \(shape)", BatchNormalization(epsilon: 1e-5),
        [.fed(shape), .fed(channels), .fed(channels), .fed(channels), .fed(channels, in: 0.1...2)],
        tolerance: .close),
    ]
  }

  /// Windows of odd and even size, wider than the channels too.
  package static let lrn: [OperatorSample] = [
    (1, [1, 3, 3, 5]), (3, [2, 7, 11, 17]), (5, [1, 13, 13, 16]), (4, [1, 5, 7, 33]), (2, [3, 1]),
    (11, [1, 4, 4, 7]), (5, [2, 3, 3, 1]),
  ].map { (size: Int, shape: Shape) in
    OperatorSample(
      "size \(size) of \(shape)", LRN(size: size, alpha: 0.9, beta: 0.75, bias: 1),
      [.fed(shape, in: -3...3)], tolerance: .close)
  }

  /// Every axis; both forms; rows of one, of odd and of a thousand elements.
  package static let softmax: [OperatorSample] = [
    ([1, 1000], 1), ([3, 17], -1), ([5, 1], 1), ([2, 7, 11, 5], 3), ([2, 7, 11, 5], 1),
    ([2, 7, 11, 5], 0), ([33], 0), ([1, 10], -1), ([4, 3, 1001], 2),
  ].flatMap { (shape: Shape, axis: Int) in
    [false, true].map { logarithm in
      OperatorSample(
        "\(logarithm ? "logarithm " : "")axis \(axis) of \(shape)",
        Softmax(axis: axis, isLogarithm: logarithm), [.fed(shape, in: -10...10)],
        tolerance: .close)
    }
  }

  /// Nothing to do.
  package static let identity: [OperatorSample] = [
    OperatorSample("of an image", Identity(), [.fed([2, 5, 7, 3])], tolerance: .exact),
    OperatorSample("of a constant", Identity(), [.constant([7])], tolerance: .exact),
  ]

  /// Nothing to do either.
  package static let dropout: [OperatorSample] = [
    OperatorSample("of features", Dropout(ratio: 0.5), [.fed([3, 17])], tolerance: .exact)
  ]

  /// A result that is known beforehand.
  package static let constant: [OperatorSample] = [
    OperatorSample(
      "as a result", Constant(HostTensor(shape: [2, 3], floats: [1, -2, 3, -4, 5, -6])), [],
      tolerance: .exact)
  ]
}
