import Foundation

/// One of the two directions of a chart: what values lie along it and where.
package struct Axis: Sendable, Hashable {
  /// How values become places.
  package enum Scale: Sendable, Hashable {
    /// Equal differences are equal lengths.
    case linear
    /// Equal ratios are equal lengths. Values of 0 and less have no place.
    case logarithmic
    /// A strip for each name; value `i` is the middle of strip `i`. Along the vertical axis strip 0 is at the top.
    case categories([String])
  }

  /// What the values are, with their unit; empty for none.
  package let label: String
  /// How values become places.
  package let scale: Scale
  /// The values at the axis's ends.
  package let range: ClosedRange<Double>

  /// Largest size of a number on a linear or logarithmic axis, and one by the smallest on a logarithmic one.
  private static let largest = 1e300

  /// Creates a linear axis from the lowest to the highest of `range`.
  ///
  /// An empty range is widened, one beyond what can be calculated with is cut.
  package init(_ label: String, linear range: ClosedRange<Double>) {
    self.label = label
    scale = .linear
    self.range = Self.usable(range)
  }

  /// Creates a linear axis on which all finite `values` and a few round numbers around them have a place.
  package init(_ label: String, linearCovering values: [Double]) {
    let finite = values.filter { abs($0) <= Self.largest }
    let range = Self.usable((finite.min() ?? 0)...(finite.max() ?? 1))
    let step = Self.niceStep(range, count: 5)
    self.init(
      label,
      linear: (range.lowerBound / step).rounded(.down) * step...(range.upperBound / step).rounded(
        .up) * step)
  }

  /// Creates a logarithmic axis from the lowest to the highest of `range`; what is not above 0 is taken as very
  /// small.
  package init(_ label: String, logarithmic range: ClosedRange<Double>) {
    self.label = label
    scale = .logarithmic
    let limits = 1 / Self.largest...Self.largest
    let lower = range.lowerBound.clamped(to: limits)
    let upper = range.upperBound.clamped(to: limits)
    self.range = upper / lower > 1.001 ? lower...upper : lower / 2...upper * 2
  }

  /// Creates a logarithmic axis of whole decades on which `values` have a place: all that are finite and above 0,
  /// or those of the upper `decades`.
  package init(_ label: String, logarithmicCovering values: [Double], decades: Int = 15) {
    let limits = 1 / Self.largest...Self.largest
    let usable = values.filter(limits.contains)
    let upper = log10(usable.max() ?? 10).rounded(.up)
    let lower = min(log10(usable.min() ?? 1).rounded(.down), upper - 1)
    self.init(
      label, logarithmic: pow(10, max(lower, upper - Double(max(decades, 1))))...pow(10, upper))
  }

  /// Creates an axis with a strip for each name.
  package init(_ label: String, categories names: [String]) {
    self.label = label
    scale = .categories(names)
    range = -0.5...(Double(max(names.count, 1)) - 0.5)
  }

  /// Where a value is, 0 at the lower end and 1 at the upper; beyond these for values out of the range. Nil for
  /// values without a place.
  package func fraction(of value: Double) -> Double? {
    guard value.isFinite else { return nil }
    switch scale {
    case .linear, .categories:
      return (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    case .logarithmic:
      guard value > 0 else { return nil }
      let lower = log10(range.lowerBound)
      return (log10(value) - lower) / (log10(range.upperBound) - lower)
    }
  }

  /// The names of the strips; empty for an axis of numbers.
  var names: [String] {
    if case .categories(let names) = scale { names } else { [] }
  }

  /// A range that has a length, compared with its numbers, and can be calculated with.
  private static func usable(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    let limits = -largest...largest
    let lower = range.lowerBound.clamped(to: limits)
    let upper = range.upperBound.clamped(to: limits)
    let size = max(abs(lower), abs(upper))
    let least = 1 / largest
    guard upper - lower <= max(size * 1e-9, least) else { return lower...upper }
    let margin = size > least ? size / 10 : 1
    return lower - margin...upper + margin
  }

  /// The step of 1, 2 or 5 times a power of ten that divides `range` in about `count` parts, and not in more.
  static func niceStep(_ range: ClosedRange<Double>, count: Int) -> Double {
    let step = (range.upperBound - range.lowerBound) / Double(max(count, 1))
    let power = pow(10, log10(step).rounded(.down))
    // Rounding must not make 1.9999 of 2.
    let parts = step / power - 1e-9
    return power * (parts <= 1 ? 1 : parts <= 2 ? 2 : parts <= 5 ? 5 : 10)
  }
}

extension Double {
  fileprivate func clamped(to limits: ClosedRange<Double>) -> Double {
    self > limits.lowerBound ? Swift.min(self, limits.upperBound) : limits.lowerBound
  }
}
