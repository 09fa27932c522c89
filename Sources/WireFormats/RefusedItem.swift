import TensorCore

/// A part of a model that can't become operators, and why.
package struct RefusedItem: Sendable, Hashable {
  /// What it is: an operation, an operator with its version, or a layer's class.
  package let kind: String
  /// Its name.
  package let name: String
  /// Why.
  package let reason: String

  /// Creates one; what comes from the file needs no care.
  package init(kind: String, name: String, reason: String) {
    self.kind = kind
    self.name = name
    self.reason = reason
  }

  /// The one error about all that was refused: each kind and reason once, with the names.
  ///
  /// - Parameter what: What the file should have held, as `layers`.
  package static func error(
    _ items: [RefusedItem], source: String, what: String, hint: String
  ) -> InceptError {
    var groups: [(item: RefusedItem, names: [String])] = []
    var positions: [[String]: Int] = [:]
    for item in items {
      if let position = positions[[item.kind, item.reason]] {
        groups[position].names.append(item.name)
      } else {
        positions[[item.kind, item.reason]] = groups.count
        groups.append((item, [item.name]))
      }
    }
    let shown = groups.prefix(shownKinds).map { group in
      let names = group.names.prefix(shownNames).map { "'\($0.printable())'" }
      let more =
        group.names.count > shownNames ? " and \(group.names.count - shownNames) more" : ""
      return "\(group.item.kind.printable(limit: 140)) \(names.joined(separator: ", "))\(more): "
        + group.item.reason.printable(limit: 400)
    }
    let rest = groups.count > shownKinds ? "; and \(groups.count - shownKinds) more kinds" : ""
    return InceptError(
      .badData, subject: source, expected: "expected \(what) that Incept can express",
      found: "\(items.count) others: " + shown.joined(separator: "; ") + rest, hint: hint)
  }

  private static let shownKinds = 32
  private static let shownNames = 8
}
