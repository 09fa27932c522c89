import GraphIR
import Operators
import Reference
import TensorCore
import TestSupport
import Testing

/// Laws that hold whatever the numbers are.
@Suite("Algebra of operators")
struct AlgebraTests {
  static let seeds: [UInt64] = [1, 2, 3]

  private func run(_ op: any ReferenceEvaluable, _ inputs: ReferenceTensor...) throws
    -> ReferenceTensor
  {
    try #require(try op.evaluate(inputs).first)
  }

  private func random(_ shape: Shape, _ seed: UInt64) -> ReferenceTensor {
    var source = RandomSource(seed: seed)
    return ReferenceTensor(source.tensor(shape))
  }

  private func expectEqual(
    _ left: ReferenceTensor, _ right: ReferenceTensor, _ tolerance: Tolerance = .double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(left.shape == right.shape, sourceLocation: sourceLocation)
    #expect(
      tolerance.mismatch(left.values, reference: right.values) == nil,
      sourceLocation: sourceLocation)
  }

  @Test("A delta kernel is the identity, off the middle a shift", arguments: seeds)
  func delta(seed: UInt64) throws {
    let image = random([2, 5, 7, 3], seed)
    var weights = ReferenceTensor(shape: [3, 3, 3, 3], values: Array(repeating: 0, count: 81))
    for channel in 0..<3 { weights.values[((1 * 3 + 1) * 3 + channel) * 3 + channel] = 1 }
    expectEqual(try run(Conv2D(padding: .same), image, weights), image, .exact)
    var corner = ReferenceTensor(shape: [3, 3, 3, 3], values: Array(repeating: 0, count: 81))
    for channel in 0..<3 { corner.values[((0 * 3 + 2) * 3 + channel) * 3 + channel] = 1 }
    let shifted = Slice([.init(axis: 1, start: 0, end: 3), .init(axis: 2, start: 2, end: 7)])
    expectEqual(try run(Conv2D(), image, corner), try run(shifted, image), .exact)
  }

  @Test("A 1x1 convolution is a fully connected layer on every pixel", arguments: seeds)
  func pointwise(seed: UInt64) throws {
    let (image, weights) = (random([2, 4, 5, 6], seed), random([6, 7], seed + 10))
    let bias = random([7], seed + 20)
    let kernel = try run(Reshape([1, 1, 6, 7]), weights)
    expectEqual(
      try run(Conv2D(activation: .silu), image, kernel, bias),
      try run(Dense(activation: .silu), image, weights, bias))
  }

  @Test("Groups are convolutions of their own", arguments: seeds)
  func groups(seed: UInt64) throws {
    let (image, weights) = (random([1, 6, 5, 4], seed), random([3, 3, 2, 6], seed + 10))
    let parts = try (0..<2).map { group in
      try run(
        Conv2D(padding: .same),
        try run(Slice([.init(axis: 3, start: 2 * group, end: 2 * group + 2)]), image),
        try run(Slice([.init(axis: 3, start: 3 * group, end: 3 * group + 3)]), weights))
    }
    expectEqual(
      try run(Conv2D(padding: .same, groups: 2), image, weights),
      try run(Concat(axis: 3), parts[0], parts[1]))
  }

  @Test("Dilation is a kernel with zeros between its taps", arguments: seeds)
  func dilation(seed: UInt64) throws {
    let (image, weights) = (random([1, 8, 9, 2], seed), random([2, 2, 2, 3], seed + 10))
    var sparse = ReferenceTensor(shape: [3, 4, 2, 3], values: Array(repeating: 0, count: 72))
    for ky in 0..<2 {
      for kx in 0..<2 {
        for rest in 0..<6 {
          sparse.values[(ky * 2 * 4 + kx * 3) * 6 + rest] = weights.values[(ky * 2 + kx) * 6 + rest]
        }
      }
    }
    expectEqual(
      try run(Conv2D(dilations: Spatial(2, 3)), image, weights), try run(Conv2D(), image, sparse))
  }

  @Test("A stride keeps every so many windows", arguments: seeds)
  func stride(seed: UInt64) throws {
    let (image, weights) = (random([1, 9, 8, 2], seed), random([3, 3, 2, 3], seed + 10))
    let every = Slice([
      .init(axis: 1, start: 0, end: 99, step: 2), .init(axis: 2, start: 0, end: 99, step: 3),
    ])
    expectEqual(
      try run(Conv2D(strides: Spatial(2, 3)), image, weights),
      try run(every, try run(Conv2D(), image, weights)), .exact)
  }

  @Test("Padding inside a convolution is padding before it", arguments: seeds)
  func padding(seed: UInt64) throws {
    let (image, weights) = (random([1, 5, 6, 2], seed), random([3, 3, 2, 3], seed + 10))
    let border = Border(top: 0, left: 1, bottom: 2, right: 3)
    let pad = Pad(before: [0, 0, 1, 0], after: [0, 2, 3, 0])
    expectEqual(
      try run(Conv2D(padding: .explicit(border)), image, weights),
      try run(Conv2D(), try run(pad, image), weights), .exact)
  }

  @Test("Splits are slices of the whole, each with its activation", arguments: seeds)
  func splits(seed: UInt64) throws {
    let (image, weights) = (random([2, 3, 4, 5], seed), random([1, 1, 5, 9], seed + 10))
    let bias = random([9], seed + 20)
    let parts: [(Int, UnaryFunction?)] = [(2, .relu), (4, nil), (3, .tanh)]
    let op = Conv2D(splits: parts.map { .init(channels: $0.0, activation: $0.1) })
    let outputs = try op.evaluate([image, weights, bias])
    let whole = try run(Conv2D(), image, weights, bias)
    var first = 0
    for (part, output) in zip(parts, outputs) {
      let cut = try run(Slice([.init(axis: 3, start: first, end: first + part.0)]), whole)
      expectEqual(output, part.1 == nil ? cut : try run(Unary(part.1 ?? .relu), cut), .exact)
      first += part.0
    }
    #expect(outputs.count == 3)
  }

  @Test("A pool of a constant is that constant, but for counted padding")
  func poolOfConstant() throws {
    let image = ReferenceTensor(.filled([1, 5, 6, 2], with: -3))
    for padding: Padding in [.valid, .same, .symmetric(1, 1)] {
      for ceil in [false, true] {
        let window = Window(
          kernel: Spatial(3), strides: Spatial(2), padding: padding, ceilMode: ceil)
        for kind in PoolKind.allCases {
          let pooled = try run(Pool2D(kind, window: window), image)
          #expect(pooled.values.allSatisfy { $0 == -3 })
        }
      }
    }
    let window = Window(kernel: Spatial(3), padding: .symmetric(1, 1))
    let counted = try run(Pool2D(.average, window: window, countIncludePad: true), image)
    #expect(counted.values[0] == -3.0 * 4 / 9)
  }

  @Test("A pool of the whole image is a global pool", arguments: PoolKind.allCases)
  func wholePool(kind: PoolKind) throws {
    let image = random([2, 4, 5, 3], 5)
    expectEqual(
      try run(Pool2D(kind, window: Window(kernel: Spatial(4, 5))), image),
      try run(GlobalPool(kind, keepsAxes: true), image))
  }

  @Test("Average pooling and a 1x1 convolution commute where padding counts", arguments: seeds)
  func poolCommutes(seed: UInt64) throws {
    let (image, weights) = (random([1, 6, 7, 4], seed), random([1, 1, 4, 3], seed + 10))
    let window = Window(kernel: Spatial(3), padding: .symmetric(1, 1))
    for counts in [false, true] {
      let pool = Pool2D(.average, window: window, countIncludePad: counts)
      expectEqual(
        try run(Conv2D(), try run(pool, image), weights),
        try run(pool, try run(Conv2D(), image, weights)))
    }
  }

  @Test("Slices undo a concat", arguments: [0, 1, 2, -1])
  func concatSlice(axis: Int) throws {
    let (first, second) = (random([2, 3, 4], 1), random([2, 3, 4], 2))
    let joined = try run(Concat(axis: axis), first, second)
    let extent = first.shape[axis < 0 ? axis + 3 : axis]
    expectEqual(try run(Slice([.init(axis: axis, start: 0, end: extent)]), joined), first, .exact)
    expectEqual(
      try run(Slice([.init(axis: axis, start: extent, end: Int.max)]), joined), second, .exact)
  }

  @Test("Transposes cancel, pads are cut off, reversals reverse")
  func movements() throws {
    let image = random([2, 3, 4, 5], 1)
    expectEqual(try run(Transpose.toNHWC, try run(Transpose.toNCHW, image)), image, .exact)
    for mode: Pad.Mode in [.constant(7), .reflect, .edge] {
      let padded = try run(Pad(before: [1, 2, 3, 4], after: [1, 0, 2, 3], mode: mode), image)
      let cut = Slice((0..<4).map { .init(axis: $0, start: $0 + 1, end: $0 + 1 + image.shape[$0]) })
      expectEqual(try run(cut, padded), image, .exact)
    }
    let reversal = Slice([.init(axis: 2, start: -1, end: Int.min, step: -1)])
    expectEqual(try run(reversal, try run(reversal, image)), image, .exact)
  }

  @Test(
    "A softmax sums to one, ignores shifts and is its logarithm's exponential",
    arguments: [0, 1, 2])
  func softmax(axis: Int) throws {
    let x = random([3, 4, 5], 9)
    let y = try run(Softmax(axis: axis), x)
    let (outer, extent, inner) = (
      x.shape.dimensions[..<axis].reduce(1, *), x.shape[axis],
      x.shape.dimensions[(axis + 1)...].reduce(1, *)
    )
    let sums = (0..<outer * inner).map { row in
      (0..<extent).reduce(0.0) {
        $0 + y.values[(row / inner * extent + $1) * inner + row % inner]
      }
    }
    #expect(Tolerance.double.mismatch(sums, reference: sums.map { _ in 1.0 }) == nil)
    expectEqual(try run(Softmax(axis: axis), x.map { $0 + 1000 }), y)
    expectEqual(try run(Unary(.exp), try run(Softmax(axis: axis, isLogarithm: true), x)), y)
  }

  @Test("Normalisation is a scale and a shift of each channel", arguments: seeds)
  func normalisation(seed: UInt64) throws {
    let (x, scale) = (random([2, 3, 4], seed), random([4], seed + 1))
    let (shift, mean) = (random([4], seed + 2), random([4], seed + 3))
    let variance = random([4], seed + 4).map { $0 * $0 }
    let deviation = variance.map { ($0 + Double(Float(1e-3))).squareRoot() }
    let factor = try run(Binary(.div), scale, deviation)
    let offset = try run(Binary(.sub), shift, try run(Binary(.mul), mean, factor))
    expectEqual(
      try run(BatchNormalization(epsilon: 1e-3), x, scale, shift, mean, variance),
      try run(BiasAdd(), try run(Binary(.mul), x, factor), offset))
  }

  @Test("A fused activation is one applied afterwards", arguments: UnaryFunction.samples)
  func fused(function: UnaryFunction) throws {
    let x = random([1, 4, 4, 3], 1).map { abs($0) + 0.1 }
    let other = random([3], 2).map { abs($0) + 0.1 }
    let window = Window(kernel: Spatial(2))
    let after = Unary(function)
    expectEqual(
      try run(Binary(.add, activation: function), x, other),
      try run(after, try run(Binary(.add), x, other)), .exact)
    expectEqual(
      try run(Pool2D(.average, window: window, activation: function), x, other),
      try run(after, try run(Pool2D(.average, window: window), x, other)), .exact)
    let weights = random([2, 2, 3, 3], 3).map { abs($0) }
    expectEqual(
      try run(Conv2D(activation: function), x, weights, other),
      try run(after, try run(Conv2D(), x, weights, other)), .exact)
  }
}
