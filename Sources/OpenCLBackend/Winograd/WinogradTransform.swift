/// A minimal filtering algorithm along one axis: `outputs` neighbouring results of a correlation with `taps` weights
/// from ``size`` products instead of `outputs · taps`.
///
/// With data d and weights g, the results are
///
///     y = Aᵀ [(G g) ⊙ (Bᵀ d)]
///
/// **Derivation** (Winograd, *Arithmetic Complexity of Computations*, 1980; Lavin and Gray, arXiv 1509.09308). The
/// product s(x) = g(x) h(x) of polynomials with r and m coefficients is known from its values at n = m + r − 2
/// finite points pⱼ and its leading coefficient ("the point at infinity"):
///
///     s(x) = Σⱼ g(pⱼ) h(pⱼ) Lⱼ(x) + g_∞ h_∞ M(x),   M(x) = Πⱼ (x − pⱼ),   Lⱼ(x) = M(x) / ((x − pⱼ) Nⱼ),
///     Nⱼ = Πₖ≠ⱼ (pⱼ − pₖ)
///
/// Correlation with g is the transpose of multiplication by g, so the matrices change places: row j of Bᵀ holds the
/// coefficients of Nⱼ Lⱼ (the last row those of M), row j of G is pⱼᵏ / Nⱼ, and Aᵀᵢⱼ = pⱼⁱ.
///
/// Each row of Bᵀ is scaled by a power of two to a largest coefficient in [1, 2) and the row of G by its inverse,
/// which is exact. Points come in pairs ±p: then the rows of Bᵀ for p and −p are the sum and the difference
/// of the same two sums over even and over odd coefficients, and ``WinogradTransform/inputCode`` computes each of
/// these once; likewise for the columns of Aᵀ.
///
/// **Stride 2** (polyphase): y_k = Σᵢ g₂ᵢ d₂₍ₖ₊ᵢ₎ + Σᵢ g₂ᵢ₊₁ d₂₍ₖ₊ᵢ₎₊₁. With three taps the even samples go through
/// F(m, 2), the odd ones are multiplied by their only weight: 2m + 1 products for m outputs.
package struct WinogradTransform: Hashable, Sendable, CustomStringConvertible {
  /// Neighbouring outputs computed at once, m.
  package let outputs: Int
  /// Weights along the axis, r.
  package let taps: Int
  /// Distance of the windows of neighbouring outputs: 1 or 2.
  package let stride: Int
  /// Aᵀ, `outputs` × ``size``.
  package let inverse: [[Double]]
  /// G, ``size`` × `taps`.
  package let weights: [[Double]]
  /// Bᵀ, ``size`` × ``size``.
  package let input: [[Double]]
  /// Vector operations of ``inputCode``: sums, differences, products and fused multiply-adds.
  package private(set) var inputOperations = 0
  /// Vector operations of ``inverseCode``.
  package private(set) var inverseOperations = 0

  /// Number of products, and of input samples: m + r − 1, with stride 2 2m + 1.
  package var size: Int { input.count }

  /// `F(4,3)`, with stride 2 `F(3,3)/2`.
  package var description: String { "F(\(outputs),\(taps))" + (stride == 1 ? "" : "/\(stride)") }

  /// No transform: an axis along which the filter has one tap.
  package static let identity = WinogradTransform(
    outputs: 1, taps: 1, stride: 1, inverse: [[1]], weights: [[1]], input: [[1]])

  /// F(`outputs`, `taps`) with the finite points given, `outputs + taps − 2` distinct ones, and infinity.
  package init(outputs: Int, taps: Int, points: [Double]) {
    precondition(points.count == outputs + taps - 2 && Set(points).count == points.count)
    let size = points.count + 1
    var inverse = [[Double]](repeating: [Double](repeating: 0, count: size), count: outputs)
    var weights: [[Double]] = []
    var input: [[Double]] = []
    for (j, point) in points.enumerated() {
      let others = points.enumerated().filter { $0.offset != j }.map(\.element)
      let norm = others.reduce(1) { $0 * (point - $1) }
      var power = 1.0
      for i in 0..<outputs {
        inverse[i][j] = power
        power *= point
      }
      power = 1
      var row: [Double] = []
      for _ in 0..<taps {
        row.append(power / norm)
        power *= point
      }
      weights.append(row)
      input.append(Self.polynomial(roots: others) + [0])
    }
    inverse[outputs - 1][size - 1] = 1
    weights.append([Double](repeating: 0, count: taps - 1) + [1])
    input.append(Self.polynomial(roots: points))
    for j in 0..<size {
      var scale = 1.0
      let largest = input[j].map(abs).max() ?? 1
      while largest * scale >= 2 { scale /= 2 }
      while largest * scale < 1 { scale *= 2 }
      input[j] = input[j].map { $0 * scale }
      weights[j] = weights[j].map { $0 / scale }
    }
    self.init(
      outputs: outputs, taps: taps, stride: 1, inverse: inverse, weights: weights, input: input)
  }

  /// Three taps with stride 2 by polyphase decomposition; `points` are those of F(`outputs`, 2).
  package static func strided(outputs: Int, points: [Double]) -> WinogradTransform {
    let even = WinogradTransform(outputs: outputs, taps: 2, points: points)
    let size = 2 * outputs + 1
    var inverse = [[Double]](repeating: [Double](repeating: 0, count: size), count: outputs)
    var weights = [[Double]](repeating: [0, 0, 0], count: size)
    var input = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
    for j in 0..<even.size {
      for i in 0..<outputs { inverse[i][2 * j] = even.inverse[i][j] }
      weights[2 * j] = [even.weights[j][0], 0, even.weights[j][1]]
      for k in 0..<even.size { input[2 * j][2 * k] = even.input[j][k] }
    }
    for i in 0..<outputs {
      inverse[i][2 * i + 1] = 1
      weights[2 * i + 1] = [0, 1, 0]
      input[2 * i + 1][2 * i + 1] = 1
    }
    return WinogradTransform(
      outputs: outputs, taps: 3, stride: 2, inverse: inverse, weights: weights, input: input)
  }

  private init(
    outputs: Int, taps: Int, stride: Int, inverse: [[Double]], weights: [[Double]],
    input: [[Double]]
  ) {
    self.outputs = outputs
    self.taps = taps
    self.stride = stride
    self.inverse = inverse
    self.weights = weights
    self.input = input
    inputOperations = Self.operations(inputCode)
    inverseOperations = Self.operations(inverseCode)
  }

  /// Coefficients, lowest first, of Π (x − root).
  private static func polynomial(roots: [Double]) -> [Double] {
    roots.reduce([1]) { coefficients, root in
      var product = [Double](repeating: 0, count: coefficients.count + 1)
      for (k, coefficient) in coefficients.enumerated() {
        product[k + 1] += coefficient
        product[k] -= root * coefficient
      }
      return product
    }
  }

  /// Growth of the rounding error over that of direct summation, on data and weights that are white noise: each
  /// product is rounded in proportion to its size, and Aᵀ adds what is left up. The root of the mean over the
  /// outputs of Σⱼ (Aᵀᵢⱼ |Gⱼ| |Bᵀⱼ|)² / taps.
  package var errorGrowth: Double {
    func norm(_ row: [Double]) -> Double { row.reduce(0) { $0 + $1 * $1 } }
    let squares = inverse.map { row in
      row.indices.reduce(0.0) { $0 + row[$1] * row[$1] * norm(weights[$1]) * norm(input[$1]) }
    }
    return (squares.reduce(0, +) / Double(outputs * taps)).squareRoot()
  }
}
