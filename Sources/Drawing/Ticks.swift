import Foundation

/// A mark on an axis.
package struct Tick: Sendable, Hashable {
  /// Where it is.
  package let value: Double
  /// What it says; empty for small marks between.
  package var label = ""
  /// What is raised after the label: the exponent of a power of ten.
  package var exponent = ""
}

extension Axis {
  /// The axis's marks in rising order, at most `limit` (2 or more) of them with a label.
  ///
  /// Linear axes have them at multiples of 1, 2 or 5 times a power of ten, logarithmic ones at powers of ten.
  /// Powers are written out from 0.001 to 10000, and all as 10 with an exponent where one is beyond.
  package func ticks(limit: Int) -> [Tick] {
    let limit = max(limit, 2)
    switch scale {
    case .categories(let names):
      return names.enumerated().map { Tick(value: Double($0), label: $1) }
    case .linear:
      return linearTicks(limit)
    case .logarithmic:
      let powers = powerTicks(limit)
      if powers.filter({ !$0.label.isEmpty }).count > 1 { return powers }
      // Less than a decade or so: as on a linear axis, with places of its own.
      return linearTicks(limit)
    }
  }

  private func linearTicks(_ limit: Int) -> [Tick] {
    let step = Self.niceStep(range, count: limit - 1)
    // A range that is meant to end at a multiple may miss it by rounding.
    let tolerance = 1e-6
    let first = (range.lowerBound / step - tolerance).rounded(.up)
    let last = (range.upperBound / step + tolerance).rounded(.down)
    guard first <= last else { return [] }
    let values = (0...Int(last - first)).map { (first + Double($0)) * step }
    let unit = SIPrefix(values.map(abs).max() ?? 1, step: step)
    return values.map { Tick(value: $0, label: unit.text($0)) }
  }

  private func powerTicks(_ limit: Int) -> [Tick] {
    let tolerance = 1e-9
    let first = Int((log10(range.lowerBound) - tolerance).rounded(.up))
    let last = Int((log10(range.upperBound) + tolerance).rounded(.down))
    guard first <= last else { return [] }
    let every = (last - first) / limit + 1
    let labelled = (first...last).filter { $0.isMultiple(of: every) }
    let isWrittenOut = labelled.allSatisfy((-3...4).contains)
    var ticks: [Tick] = []
    for power in (first - 1)...last {
      let value = pow(10, Double(power))
      if labelled.contains(power) {
        ticks.append(Self.tick(power, value, isWrittenOut: isWrittenOut))
      } else if power >= first {
        ticks.append(Tick(value: value))
      }
      guard every == 1, last - first <= 8 else { continue }
      ticks += (2...9).map { Tick(value: Double($0) * value) }
        .filter { range.contains($0.value) }
    }
    return ticks
  }

  private static func tick(_ power: Int, _ value: Double, isWrittenOut: Bool) -> Tick {
    if isWrittenOut || power == 0 {
      return Tick(value: value, label: String(format: "%.*f", max(0, -power), value))
    }
    return Tick(value: value, label: "10", exponent: power < 0 ? "−\(-power)" : "\(power)")
  }
}

/// The way to write numbers of one size: with a prefix of the International System of Units where they are large
/// or small.
struct SIPrefix {
  private let name: String
  private let factor: Double
  private let decimals: Int

  private static let names: [Int: String] = [
    -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T",
  ]

  /// The way to write multiples of `step` up to `largest`.
  init(_ largest: Double, step: Double) {
    let isOrdinary = largest == 0 || (1e-3..<1e4).contains(largest)
    let power = isOrdinary ? 0 : Int((log10(largest) / 3 + 1e-9).rounded(.down)) * 3
    if let name = Self.names[power] {
      self.name = name
    } else {
      name = "e\(power)"
    }
    factor = pow(10, Double(power))
    decimals = max(0, Int((-log10(step / factor) - 1e-9).rounded(.up)))
  }

  /// The number with its prefix; 0 has none.
  func text(_ value: Double) -> String {
    let text = String(format: "%.*f", decimals, value / factor)
    let isZero = !text.contains { ("1"..."9").contains($0) }
    return isZero ? "0" : text.replacingOccurrences(of: "-", with: "−") + name
  }
}
