import Foundation

/// Numbers as people read them. Never depends on the locale.
package enum NumberText {
  /// A number with a fixed count of decimals.
  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return "-" }
    return String(format: "%.\(decimals)f", value)
  }

  /// A number with two digits and an exponent: `4.9e-05`.
  package static func scientific(_ value: Double) -> String {
    guard value.isFinite else { return "-" }
    return String(format: "%.1e", value)
  }

  /// A count with a decimal prefix: `5.71 G`, `23.8 M`, `640`.
  package static func count(_ value: Int) -> String {
    for (factor, prefix) in [(1_000_000_000, "G"), (1_000_000, "M"), (10_000, "k")]
    where value >= factor {
      return digits(Double(value) / Double(prefix == "k" ? 1_000 : factor)) + " " + prefix
    }
    return "\(value)"
  }

  /// How many there are of something: `1 run`, `20 runs`.
  package static func of(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// What numbers of several runs are: `1 run`, `medians of 20 runs`.
  package static func medians(of runs: Int) -> String {
    (runs == 1 ? "" : "medians of ") + of(runs, "run")
  }

  /// A number of bytes with a binary prefix: `1.5 GiB`, `640 B`.
  package static func bytes(_ value: Int) -> String {
    for (shift, prefix) in [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")]
    where value >= 1 << shift {
      return digits(Double(value) / Double(1 << shift)) + " " + prefix
    }
    return "\(value) B"
  }

  /// A part of a whole in percent: `12.3%`.
  package static func percent(_ fraction: Double) -> String { fixed(fraction * 100, 1) + "%" }

  private static func digits(_ value: Double) -> String {
    fixed(value, value >= 100 ? 0 : value >= 10 ? 1 : 2)
  }
}
