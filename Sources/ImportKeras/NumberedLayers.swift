import WireFormats

/// Where the layers of a model keep their variables in a Keras 3 weights file.
///
/// Keras 3 calls a layer's group by the layer's class in snake case, with a number for every layer but the first of
/// its class, counted over the model's layers in order (`saving_lib._save_container_state`); the layers of a nested
/// model lie below its own group. Keras 2.12 called the groups `_layer_checkpoint_dependencies`, not `layers`.
struct NumberedLayers {
  private static let containers = ["layers", "_layer_checkpoint_dependencies"]

  private var groups: [[String]: String] = [:]
  private var ignoredKeys: [String: Set<String>] = [:]

  /// The groups of all layers of `network` that have variables among `groups`.
  init(_ network: KerasNetwork, groups: [KerasVariables]) {
    var present: Set<String> = []
    for group in groups {
      // A nested model's own group may hold no variables itself.
      var path = group.path[...]
      while present.insert(String(path)).inserted, let slash = path.lastIndex(of: "/") {
        path = path[..<slash]
      }
    }
    place(network, below: "", path: [], among: present)
  }

  private mutating func place(
    _ network: KerasNetwork, below base: String, path: [String], among present: Set<String>
  ) {
    let prefix = base.isEmpty ? "" : base + "/"
    let container = Self.containers.first { present.contains(prefix + $0) } ?? Self.containers[0]
    var counts: [String: Int] = [:]
    for layer in network.layers {
      let kind = Self.snakeCase(layer.className)
      let number = counts[kind, default: 0]
      counts[kind] = number + 1
      let group = "\(prefix)\(container)/\(kind)\(number == 0 ? "" : "_\(number)")"
      guard present.contains(group) else { continue }
      let place = path + [layer.name]
      groups[place] = group
      switch layer.kind {
      case .network(let inner): self.place(inner, below: group, path: place, among: present)
      case .operation where layer.className == "Normalization":
        // How many numbers its statistics were computed from.
        ignoredKeys[group] = ["2"]
      default: break
      }
    }
  }

  /// The group of the layer at `path`; nil where the file has none.
  func group(of path: [String]) -> String? { groups[path] }

  /// Whether a variable is of use for training alone.
  func ignores(_ group: String, _ key: String) -> Bool {
    ignoredKeys[group]?.contains(key) == true
      || group.split(separator: "/").last.map {
        $0.hasPrefix("seed_generator") || $0 == "generator"
      } == true
  }

  /// `GlobalAveragePooling2D` as `global_average_pooling2d`: Keras's `naming.to_snake_case`.
  static func snakeCase(_ className: String) -> String {
    let words = separated(
      Array(
        className.unicodeScalars.filter { $0 == "_" || $0.properties.isAlphabetic || isDigit($0) })
    )
    var result: [UnicodeScalar] = []
    for scalar in words {
      // A capital after a small letter begins a word: `([a-z])([A-Z])`.
      if isUpper(scalar), let last = result.last, isLower(last) { result.append("_") }
      result.append(scalar)
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: result)
    return String(text).lowercased()
  }

  /// `(.)([A-Z][a-z]+)` as `\1_\2`, matches from left to right that don't overlap.
  private static func separated(_ scalars: [UnicodeScalar]) -> [UnicodeScalar] {
    var result: [UnicodeScalar] = []
    var index = 0
    while index < scalars.count {
      result.append(scalars[index])
      index += 1
      guard index + 1 < scalars.count, isUpper(scalars[index]), isLower(scalars[index + 1]) else {
        continue
      }
      result += ["_", scalars[index]]
      index += 1
      while index < scalars.count, isLower(scalars[index]) {
        result.append(scalars[index])
        index += 1
      }
    }
    return result
  }

  private static func isUpper(_ scalar: UnicodeScalar) -> Bool { ("A"..."Z").contains(scalar) }
  private static func isLower(_ scalar: UnicodeScalar) -> Bool { ("a"..."z").contains(scalar) }
  private static func isDigit(_ scalar: UnicodeScalar) -> Bool { ("0"..."9").contains(scalar) }
}
