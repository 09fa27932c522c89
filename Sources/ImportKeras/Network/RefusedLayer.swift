import TensorCore
import WireFormats

/// A layer that can't become operators, and why.
struct RefusedLayer: Sendable, Hashable {
  /// Its class.
  let className: String
  /// Its name, with the models it lies in before it.
  let name: String
  /// Why.
  let reason: String

  /// The one error about all refused layers: each class and reason once, with the layers' names.
  static func error(_ layers: [RefusedLayer], source: String) -> InceptError {
    var groups: [(className: String, reason: String, names: [String])] = []
    var positions: [[String]: Int] = [:]
    for layer in layers {
      if let position = positions[[layer.className, layer.reason]] {
        groups[position].names.append(layer.name)
      } else {
        positions[[layer.className, layer.reason]] = groups.count
        groups.append((layer.className, layer.reason, [layer.name]))
      }
    }
    let shown = groups.prefix(32).map { group in
      let names = group.names.prefix(8).map { "'\($0.printable())'" }.joined(separator: ", ")
      let more = group.names.count > 8 ? " and \(group.names.count - 8) more" : ""
      return "\(group.className.printable(limit: 60)) \(names)\(more): \(group.reason)"
    }
    let rest = groups.count > 32 ? "; and \(groups.count - 32) more kinds" : ""
    return InceptError(
      .badData, subject: source, expected: "expected layers that Incept can express",
      found: "\(layers.count) others: " + shown.joined(separator: "; ") + rest,
      hint: "replace these layers, or export the model to ONNX")
  }
}
