import TensorCore
import WireFormats

/// The weights of a file by layer, and what doesn't fit between them and the model.
struct WeightIndex {
  private struct Entry {
    /// The parts of the weight's name that `/` separates, without `:0`; its number alone where the file has no
    /// names.
    let path: [Substring]
    let fullName: String
    let tensor: HostTensor
    var isUsed = false
  }

  private var layers: [String: [Entry]] = [:]
  private var order: [String] = []
  private var missing: [String] = []
  private var misshaped: [String] = []
  private var unusedLayers: Set<String> = []
  private let naming: Naming

  /// How a file tells whose weight is whose.
  private enum Naming {
    /// By a layer of the outermost model, and the end of a name.
    case layers
    /// By class and number.
    case numbered(NumberedLayers)
    /// By the names of all models around it, the layer's and its own.
    case whole
  }

  /// Counters and generator states, which only training reads.
  private static let trainingOnly: Set<String> = ["count", "seed_generator_state", "StateVar"]

  /// Weights of layers, in the file's order.
  init(_ layers: [(name: String, weights: [(name: String, tensor: HostTensor)])]) {
    naming = .layers
    for layer in layers {
      order.append(layer.name)
      self.layers[layer.name, default: []] += layer.weights.map { weight in
        var name = weight.name[...]
        if let colon = name.lastIndex(of: ":") { name = name[..<colon] }
        return Entry(
          path: name.split(separator: "/"), fullName: "\(layer.name): \(weight.name)",
          tensor: weight.tensor)
      }
    }
  }

  /// Weights that have numbers instead of names.
  init(_ numbered: NumberedLayers, _ groups: [KerasVariables]) {
    naming = .numbered(numbered)
    for group in groups {
      order.append(group.path)
      layers[group.path] = group.variables.map { variable in
        Entry(
          path: [variable.key[...]], fullName: "\(group.path)/\(variable.key)",
          tensor: variable.tensor, isUsed: numbered.ignores(group.path, variable.key))
      }
    }
  }

  /// Weights under whole names, as ``ImportedModel/weights`` has them.
  init(named weights: [(name: String, tensor: HostTensor)]) {
    naming = .whole
    for weight in weights {
      order.append(weight.name)
      layers[weight.name] = [Entry(path: [], fullName: weight.name, tensor: weight.tensor)]
    }
  }

  /// Says that the model has the layer but never calls it, so that its weights aren't extra.
  mutating func ignore(_ layer: String) {
    guard case .numbered(let numbered) = naming else {
      unusedLayers.insert(layer)
      return
    }
    guard let group = numbered.group(of: [layer]) else { return }
    unusedLayers.formUnion(order.filter { $0 == group || $0.hasPrefix(group + "/") })
  }

  /// The weight called one of `names` of the layer at `path`, which is the layer's weight number `position`; nil,
  /// and noted, where it is missing, not one alone or of another shape.
  mutating func take(
    _ names: [String], shape: Shape, path: [String], position: Int
  ) -> HostTensor? {
    let label = path.joined(separator: "/") + "/" + names[0]
    let group: String? =
      switch naming {
      case .layers: path.first
      case .numbered(let numbered): numbered.group(of: path)
      case .whole: label
      }
    guard let group, let entries = layers[group] else {
      missing.append("\(label) \(shape)")
      return nil
    }
    let found =
      switch naming {
      case .layers: named(names, path, entries)
      case .numbered: entries.indices.filter { entries[$0].path == [String(position)[...]] }
      case .whole: Array(entries.indices)
      }
    guard let index = found.first, found.count == 1 else {
      missing.append("\(label) \(shape)" + (found.isEmpty ? "" : " (\(found.count) candidates)"))
      return nil
    }
    layers[group]?[index].isUsed = true
    let tensor = entries[index].tensor
    guard tensor.shape == shape else {
      misshaped.append("\(label) \(tensor.shape) instead of \(shape)")
      return nil
    }
    guard tensor.elementType.isFloatingPoint else {
      misshaped.append("\(label) of \(tensor.elementType.rawValue) instead of float32")
      return nil
    }
    return tensor
  }

  /// Which of a group's weights are called one of `names` and may be of the layer at `path`.
  private func named(_ names: [String], _ path: [String], _ entries: [Entry]) -> [Int] {
    var found = entries.indices.filter { index in
      guard let last = entries[index].path.last else { return false }
      return names.contains { $0 == last || ($0 == Self.unnamed && Self.isUnnamed(last)) }
    }
    // The weights of a nested model's layers lie in one group, told apart by what stands before the weight.
    if path.count > 1 {
      found = found.filter { endsIn(path.suffix(1), entries[$0].path.dropLast()) }
      var length = 2
      while found.count > 1, length <= path.count {
        let narrower = found.filter { endsIn(path.suffix(length), entries[$0].path.dropLast()) }
        if !narrower.isEmpty { found = narrower }
        length += 1
      }
    }
    return found
  }

  /// What Keras calls the first variable without a name; further ones are numbered.
  private static let unnamed = "variable"

  private static func isUnnamed(_ name: Substring) -> Bool {
    let number = name.dropFirst(unnamed.count + 1)
    return name.hasPrefix(unnamed + "_") && !number.isEmpty && number.allSatisfy(\.isNumber)
  }

  private func endsIn(_ end: ArraySlice<String>, _ path: ArraySlice<Substring>) -> Bool {
    // A layer's own name may contain slashes.
    let parts = end.flatMap { $0.split(separator: "/") }
    return path.count >= parts.count && zip(path.suffix(parts.count), parts).allSatisfy(==)
  }

  /// One error about all weights that are missing, extra or of another shape; nil where there are none. Before
  /// the whole model was emitted nothing can be called extra.
  func mismatch(source: String, isComplete: Bool) -> InceptError? {
    let extra =
      !isComplete
      ? []
      : order.filter { !unusedLayers.contains($0) }.flatMap { layer in
        (layers[layer] ?? []).filter { entry in
          !entry.isUsed
            && !(entry.path.last.map { Self.trainingOnly.contains(String($0)) } ?? false)
        }.map(\.fullName)
      }
    let parts = [("missing", missing), ("extra", extra), ("of another shape or type", misshaped)]
      .filter { !$0.1.isEmpty }
    guard !parts.isEmpty else { return nil }
    let found = parts.map { kind, names in
      let shown = names.prefix(64).map { $0.printable() }.joined(separator: ", ")
      let more = names.count > 64 ? ", and \(names.count - 64) more" : ""
      return "\(names.count) \(kind) (\(shown)\(more))"
    }
    return InceptError(
      .badData, subject: source, expected: "expected the weights of its own architecture",
      found: found.joined(separator: ", "),
      hint: "were the weights saved before the architecture changed?")
  }
}
