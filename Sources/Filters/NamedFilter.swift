import TensorCore

/// A filter that has a name.
package enum NamedFilter: Sendable, Hashable {
  /// A single 1, so many columns right of the centre and so many rows below it.
  case identity(dx: Int, dy: Int)
  /// The mean of the pixels.
  case box
  /// g(x) · g(y)
  case gaussian
  /// dgaussian(x) · g(y)
  case dgaussian
  /// ddgaussian(x) less its mean, constant in y.
  case ddgaussian
  /// ddgaussian(√(x² + y²)) less its mean: a spot detector.
  case ddgaussian2d
  /// dgaussian(x) · g(y): the derivative across, a bell along.
  case gabor
  /// The horizontal slope, 3x3 (I. Sobel and G. Feldman, 1968).
  case sobel
  /// The second derivative in both directions, 3x3.
  case laplacian
  /// Numbers from -1 to 1, the same for the same seed.
  case random(seed: UInt64)

  /// All names, as people write them.
  package static let names = [
    "identity", "box", "gaussian", "dgaussian", "ddgaussian", "ddgaussian2d", "gabor", "sobel",
    "laplacian", "random",
  ]

  /// The filter of a name: `gabor`, `identity:3,-2`, `random:7`; nil where the text has another name.
  ///
  /// - Throws: `.usage` for a name with a parameter that it doesn't take.
  package init?(_ text: String) throws(InceptError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let parameter = parts.count > 1 ? String(parts[1]) : nil
    switch parts.first.map(String.init) ?? "" {
    case "identity":
      let place = try Self.offset(parameter, of: text)
      self = .identity(dx: place.dx, dy: place.dy)
    case "random":
      guard let seed = parameter.map({ UInt64($0) }) ?? 0 else {
        throw Self.bad(text, "expected random:SEED with a whole number of 0 or more")
      }
      self = .random(seed: seed)
    case let name:
      let simple: [String: NamedFilter] = [
        "box": .box, "gaussian": .gaussian, "dgaussian": .dgaussian, "ddgaussian": .ddgaussian,
        "ddgaussian2d": .ddgaussian2d, "gabor": .gabor, "sobel": .sobel, "laplacian": .laplacian,
      ]
      guard let filter = simple[name] else { return nil }
      guard parameter == nil else { throw Self.bad(text, "expected \(name) without a parameter") }
      self = filter
    }
  }

  private static func offset(
    _ parameter: String?, of text: String
  ) throws(InceptError) -> (dx: Int, dy: Int) {
    guard let parameter else { return (0, 0) }
    let numbers = parameter.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let limit = FilterMatrix.largestSide
    guard numbers.count == 2, let dx = numbers[0], let dy = numbers[1],
      (-limit...limit).contains(dx), (-limit...limit).contains(dy)
    else { throw bad(text, "expected identity:DX,DY with two whole numbers") }
    return (dx, dy)
  }

  private static func bad(_ text: String, _ expectation: String) -> InceptError {
    InceptError(.usage, subject: "filter '\(text)'", expected: expectation)
  }

  /// The only size that there is, for those of one size.
  package var fixedSize: Int? {
    switch self {
    case .sobel, .laplacian: 3
    default: nil
    }
  }

  /// The filter with `size` rows and columns; those of one size ignore it.
  ///
  /// - Throws: `.usage` for a size of less than 1 or more than ``FilterMatrix/largestSide``, or an offset that
  ///   lies outside.
  package func matrix(size: Int) throws(InceptError) -> FilterMatrix {
    guard (1...FilterMatrix.largestSide).contains(size) else {
      throw InceptError(
        .usage, subject: "filter size", expected: "expected 1 to \(FilterMatrix.largestSide)",
        found: "\(size)")
    }
    switch self {
    case .identity(let dx, let dy): return try Self.identity(size, dx, dy)
    case .box: return FilterMatrix(size: size) { _, _ in 1 / Double(size * size) }
    case .gaussian: return Self.product(.gaussian, size)
    case .dgaussian, .gabor: return Self.product(.dgaussian, size)
    case .ddgaussian:
      let across = FilterProfile.ddgaussian.samples(size)
      return FilterMatrix(size: size) { _, column in across[column] }.withZeroMean
    case .ddgaussian2d:
      let points = FilterProfile.points(size)
      return FilterMatrix(size: size) { row, column in
        let (x, y) = (points[column], points[row])
        return FilterProfile.ddgaussian.value(at: (x * x + y * y).squareRoot())
      }.withZeroMean
    case .sobel: return FilterMatrix(rows: 3, columns: 3, values: [-1, 0, 1, -2, 0, 2, -1, 0, 1])
    case .laplacian:
      return FilterMatrix(rows: 3, columns: 3, values: [0, 1, 0, 1, -4, 1, 0, 1, 0])
    case .random(let seed):
      var source = SplitMix(state: seed)
      return FilterMatrix(size: size) { _, _ in source.nextSigned() }
    }
  }

  /// The profile across times a bell along.
  private static func product(_ profile: FilterProfile, _ size: Int) -> FilterMatrix {
    let across = profile.samples(size)
    let along = FilterProfile.gaussian.samples(size)
    return FilterMatrix(size: size) { row, column in across[column] * along[row] }
  }

  private static func identity(
    _ size: Int, _ dx: Int, _ dy: Int
  ) throws(InceptError) -> FilterMatrix {
    // With SAME padding, an even filter has one more row and column after its centre than before.
    let centre = (size - 1) / 2
    let (x, y) = (centre + dx, centre + dy)
    guard (0..<size).contains(x), (0..<size).contains(y) else {
      throw InceptError(
        .usage, subject: "filter 'identity:\(dx),\(dy)'",
        expected: "expected offsets from \(-centre) to \(size - 1 - centre) for size \(size)")
    }
    return FilterMatrix(size: size) { $0 == y && $1 == x ? 1 : 0 }
  }
}

/// Numbers that look random, the same everywhere (G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom
/// number generators", 2014).
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A multiple of 2^-23 from -1 to 1, without 1: exact in float32.
  mutating func nextSigned() -> Double { Double(next() >> 40) / Double(1 << 23) - 1 }
}
