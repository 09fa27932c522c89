import TensorCore

/// How the parameters of a file differ from those an architecture takes.
package struct ParameterMismatch: Sendable, Hashable {
  /// A parameter of the right name that the architecture can't take.
  package struct Misshapen: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// What the architecture takes: `[64, 3, 7, 7]`.
    package let expected: String
    /// What the file has.
    package let found: String

    /// Names a difference.
    package init(name: String, expected: String, found: String) {
      self.name = name
      self.expected = expected
      self.found = found
    }
  }

  /// Parameters the file lacks, in the architecture's order.
  package let missing: [String]
  /// Parameters the architecture has no use for, sorted.
  package let extra: [String]
  /// Parameters of another shape, or not of floating-point numbers, in the architecture's order.
  package let misshapen: [Misshapen]

  /// Whether there is no difference.
  package var isEmpty: Bool { missing.isEmpty && extra.isEmpty && misshapen.isEmpty }

  /// Everything that differs in one line, each list cut after ``longestList`` but counted whole.
  package var summary: String {
    var parts: [String] = []
    if !missing.isEmpty { parts.append("\(missing.count) missing: \(Self.listed(missing))") }
    if !extra.isEmpty { parts.append("\(extra.count) unexpected: \(Self.listed(extra))") }
    if !misshapen.isEmpty {
      let items = misshapen.map { "\($0.name) \($0.found) instead of \($0.expected)" }
      parts.append("\(misshapen.count) of another shape: \(Self.listed(items))")
    }
    return parts.joined(separator: "; ")
  }

  /// How many entries of each list ``summary`` spells out: all that a real file can differ in, but not
  /// the millions that a hostile one may name.
  package static let longestList = 1000

  /// A name out of a file as it may stand in a message: no control characters, no endless length.
  static func printable(_ name: String) -> String {
    let clean = name.unicodeScalars.prefix(120).map {
      $0.properties.generalCategory == .control ? "?" : String($0)
    }
    return clean.joined() + (name.unicodeScalars.count > 120 ? "…" : "")
  }

  private static func listed(_ items: [String]) -> String {
    let rest = items.count - longestList
    return items.prefix(longestList).map(printable).joined(separator: ", ")
      + (rest > 0 ? ", and \(rest) more" : "")
  }
}

extension Architecture {
  /// What is wrong with a set of parameters, compared by name.
  package func mismatch(_ values: ParameterSet) -> ParameterMismatch {
    var missing: [String] = []
    var misshapen: [ParameterMismatch.Misshapen] = []
    for spec in parameters {
      guard let tensor = values[spec.name] else {
        missing.append(spec.name)
        continue
      }
      if tensor.shape != spec.shape || !tensor.elementType.isFloatingPoint {
        let type = tensor.elementType.isFloatingPoint ? "" : "\(tensor.elementType.rawValue) "
        misshapen.append(
          .init(
            name: spec.name, expected: "\(spec.shape)", found: "\(type)\(tensor.shape)"))
      }
    }
    let known = Set(parameters.map(\.name))
    let extra = values.names.filter { !known.contains($0) && !ignores($0) }
    return ParameterMismatch(missing: missing, extra: extra, misshapen: misshapen)
  }

  /// Throws one error about everything that ``mismatch(_:)`` finds.
  package func check(_ values: ParameterSet) throws(InceptError) {
    let mismatch = mismatch(values)
    if !mismatch.isEmpty { throw mismatchError(mismatch, source: values.source) }
  }

  func mismatchError(_ mismatch: ParameterMismatch, source: String) -> InceptError {
    InceptError(
      .badData, subject: source,
      expected: "expected the \(parameters.count) parameters of \(identifier)",
      found: mismatch.summary,
      hint: "is this another architecture? `incept models` lists those Incept knows")
  }
}
