import Foundation

/// The shapes in one dimension that filters are made of.
package enum FilterProfile: String, Sendable, CaseIterable {
  /// g(x) = e^(-x²/2) / √(2π)
  case gaussian
  /// -2x · g(x)
  case dgaussian
  /// -2(2x² - 1) · g(x)
  case ddgaussian

  /// The value at `x`.
  package func value(at x: Double) -> Double {
    let bell = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    return switch self {
    case .gaussian: bell
    case .dgaussian: -2 * x * bell
    case .ddgaussian: -2 * (2 * x * x - 1) * bell
    }
  }

  /// Where filters are sampled: -3 to 3.
  package static let range = -3.0...3.0

  /// `count` points of ``range``, ends included; the middle for a single one.
  package static func points(_ count: Int) -> [Double] {
    guard count > 1 else { return [0] }
    let step = (range.upperBound - range.lowerBound) / Double(count - 1)
    return (0..<count).map {
      $0 == count - 1 ? range.upperBound : range.lowerBound + Double($0) * step
    }
  }

  /// The values at ``points(_:)``.
  package func samples(_ count: Int) -> [Double] { Self.points(count).map(value) }
}
