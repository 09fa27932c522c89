/// How far a tensor is from what was expected of it.
public struct LayerDifference: Codable, Sendable, Hashable {
  /// ``maxError`` over the largest expected magnitude; over 1 where all that is expected is zero.
  public var relativeError: Double
  /// The largest distance of an element.
  public var maxError: Double
  /// The mean distance.
  public var meanError: Double
  /// The largest distance in representable numbers of float32; of integers the largest distance. Elements near zero
  /// have many of these between them and their neighbours.
  public var maxULP: Int
  /// Cosine of the angle between both as vectors; 1 where both are zero.
  public var cosine: Double
  /// Elements that are NaN, and of these how many were expected to be.
  public var nanCount: Int, expectedNaNCount: Int
  /// Elements that are infinite, and how many were expected to be.
  public var infinityCount: Int, expectedInfinityCount: Int
  /// Elements that can't be near what is expected: NaN or an infinity on one side only; other integers.
  public var mismatchCount: Int
  /// Number of elements.
  public var count: Int
  /// The element that is furthest off; nil where none is off.
  public var worst: Element?

  /// An element.
  public struct Element: Codable, Sendable, Hashable {
    /// Where it is.
    public var index: [Int]
    /// What it is.
    public var actual: Double?
    /// What it was expected to be.
    public var expected: Double?
  }

  enum CodingKeys: String, CodingKey {
    case relativeError = "relative_error"
    case maxError = "max_error"
    case meanError = "mean_error"
    case maxULP = "max_ulp"
    case cosine
    case nanCount = "nan"
    case expectedNaNCount = "expected_nan"
    case infinityCount = "inf"
    case expectedInfinityCount = "expected_inf"
    case mismatchCount = "mismatches"
    case count = "elements"
    case worst
  }

  /// Whether the largest distance is at most `tolerance` of the largest expected magnitude, nothing is NaN or
  /// infinite that should not be or the other way round, and integers are equal.
  public func isWithin(_ tolerance: Double) -> Bool {
    mismatchCount == 0 && relativeError <= tolerance
  }
}

extension LayerDifference {
  /// Compares tensors of equal shape.
  init(_ actual: HostTensor, _ expected: ExpectedTensor) {
    var sums = Sums(count: actual.elementCount)
    if actual.elementType.isFloatingPoint {
      actual.withFloats { actual in
        expected.withDoubles { expected in
          for index in actual.indices { sums.add(index, actual[index], expected[index]) }
        }
      }
    } else {
      let expected = expected.integers()
      for (index, value) in actual.integers().enumerated() {
        sums.add(index, value, expected[index])
      }
    }
    self = sums.difference(shape: actual.shape)
  }

  /// What is added up over elements.
  private struct Sums {
    let count: Int
    var (error, product, actual, expected) = (0.0, 0.0, 0.0, 0.0)
    var (largest, magnitude) = (0.0, 0.0)
    var (ulps, finite, mismatches): (Int, Int, Int) = (0, 0, 0)
    var nan = (actual: 0, expected: 0)
    var infinite = (actual: 0, expected: 0)
    var worst: (index: Int, actual: Double, expected: Double)?

    init(count: Int) { self.count = count }

    mutating func add(_ index: Int, _ actual: Float, _ wanted: Double) {
      let rounded = Float(wanted)
      let value = Double(actual)
      guard actual.isFinite, rounded.isFinite else {
        if actual.isNaN { nan.actual += 1 }
        if rounded.isNaN { nan.expected += 1 }
        if actual.isInfinite { infinite.actual += 1 }
        if rounded.isInfinite { infinite.expected += 1 }
        // The same infinity, or NaN where NaN is right, is no difference.
        if actual != rounded, !(actual.isNaN && rounded.isNaN) { mismatch(index, value, wanted) }
        return
      }
      ulps = max(ulps, Int(abs(Self.place(actual) - Self.place(rounded))))
      add(index, value, wanted, abs(value - wanted))
    }

    mutating func add(_ index: Int, _ actual: Int64, _ wanted: Int64) {
      let (value, expected) = (Double(actual), Double(wanted))
      let distance = actual.distance(magnitudeTo: wanted)
      if distance != 0 { mismatch(index, value, expected) }
      ulps = max(ulps, Int(clamping: distance))
      add(index, value, expected, Double(distance))
    }

    private mutating func add(_ index: Int, _ value: Double, _ wanted: Double, _ distance: Double) {
      if distance > largest {
        largest = distance
        if mismatches == 0 || distance > 0 && worst?.index == nil { worst = (index, value, wanted) }
      }
      magnitude = max(magnitude, abs(wanted))
      error += distance
      product += value * wanted
      actual += value * value
      expected += wanted * wanted
      finite += 1
    }

    private mutating func mismatch(_ index: Int, _ value: Double, _ wanted: Double) {
      if mismatches == 0 { worst = (index, value, wanted) }
      mismatches += 1
    }

    /// The number's place among all of float32, both zeros being 0.
    private static func place(_ number: Float) -> Int64 {
      let bits = Int64(Int32(bitPattern: number.bitPattern))
      return bits < 0 ? Int64(Int32.min) - bits : bits
    }

    func difference(shape: Shape) -> LayerDifference {
      let lengths = actual.squareRoot() * expected.squareRoot()
      let cosine = lengths > 0 ? product / lengths : actual == expected ? 1 : 0
      return LayerDifference(
        relativeError: largest / (magnitude > 0 ? magnitude : 1), maxError: largest,
        meanError: error / Double(max(finite, 1)), maxULP: ulps,
        cosine: cosine.isFinite ? min(1, max(-1, cosine)) : 0,
        nanCount: nan.actual, expectedNaNCount: nan.expected, infinityCount: infinite.actual,
        expectedInfinityCount: infinite.expected, mismatchCount: mismatches, count: count,
        worst: worst.map { worst in
          Element(
            index: shape.coordinates(of: worst.index),
            actual: worst.actual.isFinite ? worst.actual : nil,
            expected: worst.expected.isFinite ? worst.expected : nil)
        })
    }
  }

  /// The same with the axes of ``worst`` reordered: axis `i` of the result is axis `order[i]`.
  func permuted(_ order: [Int]?) -> LayerDifference {
    guard let order, let index = worst?.index, index.count == order.count else { return self }
    var copy = self
    copy.worst?.index = order.map { index[$0] }
    return copy
  }
}

extension Shape {
  /// Where the element of the given number in C order is.
  fileprivate func coordinates(of index: Int) -> [Int] {
    zip(denseStrides, dimensions).map { stride, extent in index / stride % max(extent, 1) }
  }
}

extension Int64 {
  /// The distance to another number, which may be more than an `Int64` holds.
  fileprivate func distance(magnitudeTo other: Int64) -> UInt64 {
    self > other
      ? UInt64(bitPattern: self &- other) : UInt64(bitPattern: other &- self)
  }
}
