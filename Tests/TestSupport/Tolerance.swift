import Foundation

/// How far a result may lie from its reference. Chosen by what computes the result, never by what it happens
/// to give.
package enum Tolerance: Hashable, Sendable {
  /// Equal numbers: data movement, maxima.
  case exact
  /// At most so many float32 steps of the reference: single roundings.
  case ulp(Int)
  /// 1e-12 of the reference's largest magnitude: two computations in double.
  case double
  /// 2e-6 of it: short sums and elementary functions in float32.
  case tight
  /// 2e-5 of it: one convolution or matrix product in float32.
  case close
  /// So many times ``close``: the same by an algorithm whose rounding error grows, or in float16.
  case scaled(Double)
  /// 1e-3 of it: whole networks in float32.
  case loose

  /// The largest allowed distance, from a reference element and the reference's largest finite magnitude.
  package func bound(_ reference: Double, largest: Double) -> Double {
    switch self {
    case .exact: 0
    case .ulp(let steps): Double(steps) * Double(Float(reference).ulp)
    case .double: 1e-12 * largest
    case .tight: 2e-6 * largest
    case .close: 2e-5 * largest
    case .scaled(let factor): factor * 2e-5 * largest
    case .loose: 1e-3 * largest
    }
  }

  /// What is wrong with `actual` against `reference`, with the worst element's index; nil where nothing is.
  /// NaN must meet NaN, an infinity the same infinity.
  package func mismatch<Actual: BinaryFloatingPoint, Reference: BinaryFloatingPoint>(
    _ actual: [Actual], reference: [Reference]
  ) -> String? {
    guard actual.count == reference.count else {
      return "\(actual.count) elements instead of \(reference.count)"
    }
    let wanted = reference.map { Double($0) }
    let largest = wanted.reduce(0.0) { $1.isFinite ? Swift.max($0, Swift.abs($1)) : $0 }
    var worst: (index: Int, excess: Double)?
    for (index, expected) in wanted.enumerated() {
      let found = Double(actual[index])
      if found == expected || (found.isNaN && expected.isNaN) { continue }
      let distance = Swift.abs(found - expected)
      let bound = bound(expected, largest: largest)
      let excess = distance.isFinite ? distance - bound : .infinity
      if excess > (worst?.excess ?? 0) { worst = (index, excess) }
    }
    guard let worst else { return nil }
    return """
      element \(worst.index) is \(Double(actual[worst.index])) instead of \(wanted[worst.index]) \
      (largest magnitude \(largest), tolerance \(self))
      """
  }
}
