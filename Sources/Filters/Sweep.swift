import TensorCore

/// The values that a parameter goes through: `size=3:61:2`.
package struct Sweep: Sendable, Hashable {
  /// What is changed: `size`.
  package let parameter: String
  /// Its values, in order; the last is the end where the steps meet it.
  package let values: [Double]

  /// Most values.
  package static let limit = 1000

  /// The values of `NAME=FROM:TO` or `NAME=FROM:TO:STEP`; the step is 1, or -1 downwards.
  ///
  /// - Throws: `.usage` for other text, for steps that don't lead to the end, and for more than ``limit`` values.
  package init(_ text: String) throws(InceptError) {
    let shown = text.count > 60 ? String(text.prefix(60)) + "…" : text
    let subject = "animation '\(shown)'"
    guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
      throw Self.malformed(subject)
    }
    let words = text[text.index(after: sign)...].split(
      separator: ":", omittingEmptySubsequences: false)
    let numbers = words.compactMap { Double($0) }.filter(\.isFinite)
    guard numbers.count == words.count, (2...3).contains(numbers.count) else {
      throw Self.malformed(subject)
    }
    let (from, to) = (numbers[0], numbers[1])
    let step = numbers.count > 2 ? numbers[2] : (to < from ? -1 : 1)
    guard step != 0, to == from || (to > from) == (step > 0) else {
      throw InceptError(
        .usage, subject: subject,
        expected: "expected a step that leads from \(words[0]) to \(words[1])",
        found: "\(numbers.count > 2 ? String(words[2]) : "1")")
    }
    // Steps such as 0.1 are not exact.
    let steps = ((to - from) / step + 1e-9).rounded(.down)
    guard steps < Double(Self.limit) else {
      throw InceptError(
        .usage, subject: subject, expected: "expected at most \(Self.limit) frames",
        found: steps < 1e15 ? "\(Int(steps) + 1)" : "more", hint: "choose a larger step")
    }
    parameter = String(text[..<sign])
    values = (0...Int(steps)).map { from + Double($0) * step }
  }

  private static func malformed(_ subject: String) -> InceptError {
    InceptError(
      .usage, subject: subject, expected: "expected NAME=FROM:TO or NAME=FROM:TO:STEP",
      hint: "for example rotate=0:360:5")
  }
}
