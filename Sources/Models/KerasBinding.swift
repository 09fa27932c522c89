import TensorCore

/// Pairs the layers of a Keras weights-only file with an architecture's parameters, as Keras does: the layers
/// that have weights, in order, whatever they are called.
///
/// Where file and architecture call their layers by exactly the same names, the names decide, so that a file
/// whose order was lost still loads right.
package struct KerasBinding: Sendable {
  /// A layer's name and its weights, in the file's order.
  package typealias Layer = (name: String, weights: [(name: String, tensor: HostTensor)])

  /// The paired parameters, under the architecture's names.
  package let parameters: ParameterSet
  /// What does not fit.
  package let complaints: [String]
  private let source: String
  private let architecture: Architecture

  /// A layer of a Keras 3 weights file: what the file calls its group, its name where the file says it, and its
  /// weights in the layer's order.
  package typealias Group = (
    group: String, name: String?, weights: [(name: String, tensor: HostTensor)]
  )

  /// Pairs layers of a Keras 3 weights file, which says their order within their class only.
  package init(groups: [Group], source: String, architecture: Architecture) {
    let wanted = Self.layers(of: architecture)
    let byName = Dictionary(
      groups.compactMap { layer in layer.name.map { ($0, layer) } },
      uniquingKeysWith: { first, _ in first })
    let isNamed = groups.count == wanted.count && wanted.allSatisfy { byName[$0.name] != nil }
    let byGroup = Dictionary(
      groups.map { ($0.group, $0) }, uniquingKeysWith: { first, _ in first })
    var layers: [Layer] = []
    var used: Set<String> = []
    for layer in wanted {
      let found =
        isNamed ? byName[layer.name] : architecture.groups[layer.name].flatMap { byGroup[$0] }
      guard let found else { break }
      used.insert(found.group)
      layers.append((found.name ?? found.group, found.weights))
    }
    layers += groups.filter { !used.contains($0.group) }.map { ($0.name ?? $0.group, $0.weights) }
    self.init(layers: layers, source: source, architecture: architecture)
  }

  /// Pairs what can be paired.
  package init(layers: [Layer], source: String, architecture: Architecture) {
    let wanted = Self.layers(of: architecture)
    let found = Self.arranged(layers.filter { !$0.weights.isEmpty }, like: wanted)
    var tensors: [String: HostTensor] = [:]
    var complaints: [String] = []
    for (layer, wanted) in zip(found, wanted) {
      guard layer.weights.count == wanted.parameters.count else {
        complaints.append(
          "layer '\(layer.name)' has \(layer.weights.count) weights instead of the "
            + "\(wanted.parameters.count) of \(wanted.name)")
        continue
      }
      for (weight, spec) in zip(layer.weights, wanted.parameters) {
        let tensor = weight.tensor
        if tensor.shape == spec.shape, tensor.elementType.isFloatingPoint {
          tensors[spec.name] = tensor
        } else {
          complaints.append(
            "'\(weight.name)' is \(tensor.elementType.rawValue) \(tensor.shape) instead of "
              + "\(spec.shape) for \(spec.name)")
        }
      }
    }
    for layer in wanted.dropFirst(found.count) {
      complaints.append("nothing for layer \(layer.name)")
    }
    for layer in found.dropFirst(wanted.count) {
      complaints.append("layer '\(layer.name)' is one too many")
    }
    parameters = ParameterSet(source: source, tensors: tensors)
    self.complaints = complaints
    self.source = source
    self.architecture = architecture
  }

  /// Everything that does not fit, as one error; long lists are cut but counted.
  package var error: InceptError {
    let shown = complaints.prefix(ParameterMismatch.longestList)
    let rest = complaints.count - shown.count
    return InceptError(
      .badData, subject: source,
      expected: "expected the layers of \(architecture.identifier), in order",
      found: "\(complaints.count) differences: "
        + shown.map(ParameterMismatch.printable).joined(separator: "; ")
        + (rest > 0 ? "; and \(rest) more" : ""),
      hint: "is this another architecture? `incept models` lists those Incept knows")
  }

  /// An architecture's layers with parameters, in order.
  private static func layers(
    of architecture: Architecture
  ) -> [(name: String, parameters: [ParameterSpec])] {
    var layers: [(name: String, parameters: [ParameterSpec])] = []
    for spec in architecture.parameters {
      let name = spec.layer
      if layers.last?.name == name {
        layers[layers.count - 1].parameters.append(spec)
      } else {
        layers.append((name, [spec]))
      }
    }
    return layers
  }

  /// The file's layers in the architecture's order where the names are the same, else as they are.
  private static func arranged(
    _ layers: [Layer], like wanted: [(name: String, parameters: [ParameterSpec])]
  ) -> [Layer] {
    guard layers.count == wanted.count else { return layers }
    let byName = Dictionary(layers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let arranged = wanted.compactMap { byName[$0.name] }
    return arranged.count == layers.count ? arranged : layers
  }
}
