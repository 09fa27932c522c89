import TensorCore

/// How well a file's parameters fit an architecture.
package struct ArchitectureMatch: Sendable {
  /// The architecture.
  package let architecture: Architecture
  /// What differs; empty for a match.
  package let mismatch: ParameterMismatch
  /// Shared parameters of equal shape out of all that either has, 0 to 1.
  package let similarity: Double
}

extension ArchitectureCatalog {
  /// The candidates by similarity, best first, compared by parameter names and shapes.
  package static func ranked(
    _ values: ParameterSet, among candidates: [Architecture] = all
  ) -> [ArchitectureMatch] {
    let matches = candidates.map { architecture in
      let mismatch = architecture.mismatch(values)
      let shared =
        architecture.parameters.count - mismatch.missing.count - mismatch.misshapen.count
      let total = max(architecture.parameters.count + mismatch.extra.count, 1)
      return ArchitectureMatch(
        architecture: architecture, mismatch: mismatch,
        similarity: Double(shared) / Double(total))
    }
    // A stable sort: of equals the catalog's first counts.
    return matches.enumerated()
      .sorted { ($1.element.similarity, $0.offset) < ($0.element.similarity, $1.offset) }
      .map(\.element)
  }

  /// The candidate whose parameters a file holds, by names and shapes: those of ``Architecture/parameters``, all
  /// of them, and no others but ``Architecture/ignoredParameters``.
  ///
  /// - Throws: one error about everything that keeps the most similar candidate from matching.
  package static func recognise(
    _ values: ParameterSet, among candidates: [Architecture] = all
  ) throws(InceptError) -> Architecture {
    let widened = candidates.including { MobileNetV1.width(of: values) }
    guard let best = ranked(values, among: widened).first else {
      throw noCandidates(values.source)
    }
    if best.mismatch.isEmpty { return best.architecture }
    var error = best.architecture.mismatchError(best.mismatch, source: values.source)
    if candidates.count > 1 {
      error.expectation =
        "expected the parameters of a built-in architecture "
        + "(compared with the nearest, \(best.architecture.identifier))"
    }
    throw error
  }

  /// The candidate of Keras's framework whose layers a file holds, in order, and its parameters.
  ///
  /// - Throws: one error that lists every layer that does not fit the candidate that fits best.
  package static func recognise(
    layers: [KerasBinding.Layer], source: String, among candidates: [Architecture] = all
  ) throws(InceptError) -> (architecture: Architecture, parameters: ParameterSet) {
    let widened = candidates.including { MobileNetV1.width(of: layers) }
    return try nearest(source, among: widened) {
      KerasBinding(layers: layers, source: source, architecture: $0)
    }
  }

  /// The candidate of Keras's framework to which the layers of a Keras 3 weights file belong, and its parameters.
  ///
  /// - Throws: one error that lists every layer that does not fit the candidate that fits best.
  package static func recognise(
    groups: [KerasBinding.Group], source: String, among candidates: [Architecture] = all
  ) throws(InceptError) -> (architecture: Architecture, parameters: ParameterSet) {
    let widened = candidates.including {
      MobileNetV1.width(of: groups.map { ($0.group, $0.weights) })
    }
    return try nearest(source, among: widened) {
      KerasBinding(groups: groups, source: source, architecture: $0)
    }
  }

  private static func nearest(
    _ source: String, among candidates: [Architecture],
    _ pair: (Architecture) -> KerasBinding
  ) throws(InceptError) -> (architecture: Architecture, parameters: ParameterSet) {
    var nearest: (error: InceptError, complaints: Int)?
    for architecture in candidates where architecture.framework == .keras {
      let pairing = pair(architecture)
      if pairing.complaints.isEmpty { return (architecture, pairing.parameters) }
      if pairing.complaints.count < nearest?.complaints ?? .max {
        nearest = (pairing.error, pairing.complaints.count)
      }
    }
    throw nearest?.error ?? noCandidates(source)
  }

  private static func noCandidates(_ source: String) -> InceptError {
    InceptError(
      .badData, subject: source,
      expected: "expected weights of an architecture of this framework", found: "none is built in",
      hint: "`incept models` lists the built-in architectures")
  }
}

extension [Architecture] {
  /// The architectures, and where MobileNet V1 is among them also that of another width, if there is one.
  fileprivate func including(_ width: () -> Int?) -> [Architecture] {
    guard contains(where: { $0.name == MobileNetV1.name }), let width = width(),
      !MobileNetV1.widths.contains(width)
    else { return self }
    return self + [MobileNetV1.architecture(width: width)]
  }
}
