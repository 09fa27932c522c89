import TensorCore

/// One parameter that an architecture takes from a `state_dict`.
package struct TorchParameter: Sendable, Hashable {
  /// Its name in the `state_dict`.
  package var name: String
  /// Its shape in our layout.
  package var shape: Shape
  /// How it lies in torch.
  package var layout: TorchLayout

  /// Describes a parameter by its shape in our layout.
  package init(_ name: String, _ shape: Shape, _ layout: TorchLayout = .plain) {
    self.name = name
    self.shape = shape
    self.layout = layout
  }
}

/// Which names of a `state_dict` an architecture may leave unused.
package struct TorchIgnoredNames: Sendable, Hashable {
  /// Whole modules, as `AuxLogits.`.
  package var prefixes: [String]
  /// The last parts of names, as `num_batches_tracked`, which only training reads.
  package var lastParts: [String]

  /// Ignores the given modules and what only training reads.
  package init(prefixes: [String] = [], lastParts: [String] = ["num_batches_tracked"]) {
    self.prefixes = prefixes
    self.lastParts = lastParts
  }

  /// Whether `name` may stay unused.
  package func contains(_ name: String) -> Bool {
    if prefixes.contains(where: name.hasPrefix) { return true }
    let last = name.lastIndex(of: ".").map { name[name.index(after: $0)...] } ?? name[...]
    return lastParts.contains { $0 == last }
  }
}
