/// Names of a graph's nodes as TensorFlow allows them: words of letters, digits, `_`, `-` and `.` with `/` between
/// scopes, which TensorBoard collapses.
///
/// The dots of module names become scopes. What else is not allowed becomes `_`; two names that would be one get
/// numbers, those that need no change keeping theirs.
package struct NodeNames: Sendable {
  /// Scopes deeper than this are joined into the last name.
  static let depthLimit = 24
  /// Characters of one part of a name.
  static let lengthLimit = 120

  private let names: [String: String]

  /// Names for all of `originals`, which are different from each other.
  package init(_ originals: [String]) {
    var names: [String: String] = [:]
    var taken: Set<String> = []
    let wanted = originals.map { ($0, Self.valid($0)) }
    // Those first that are what people know; a scope's dots are no other name.
    for (original, name) in wanted where name == original.replacingDots && !taken.contains(name) {
      names[original] = name
      taken.insert(name)
    }
    var numbers: [String: Int] = [:]
    for (original, name) in wanted where names[original] == nil {
      var (candidate, number) = (name, numbers[name] ?? 0)
      while !taken.insert(candidate).inserted {
        number += 1
        candidate = "\(name)_\(number)"
      }
      numbers[name] = number
      names[original] = candidate
    }
    self.names = names
  }

  /// The name of the node that was called so.
  package subscript(original: String) -> String { names[original] ?? Self.valid(original) }

  /// The nearest valid name.
  static func valid(_ original: String) -> String {
    var parts: [String] = [""]
    for scalar in original.unicodeScalars {
      switch scalar {
      case ".", "/":
        if parts.count < depthLimit { parts.append("") } else { parts[parts.count - 1] += "_" }
      case "a"..."z", "A"..."Z", "0"..."9", "_", "-":
        parts[parts.count - 1].unicodeScalars.append(scalar)
      default: parts[parts.count - 1] += "_"
      }
    }
    let valid = parts.filter { !$0.isEmpty }.map { part in
      let cut = String(part.prefix(lengthLimit))
      // Names begin with a letter or a digit, and TensorBoard hides parts that begin with `_`.
      return cut.first.map { $0 == "_" || $0 == "-" } == true ? "n" + cut : cut
    }
    return valid.isEmpty ? "node" : valid.joined(separator: "/")
  }
}

extension String {
  fileprivate var replacingDots: String { String(map { $0 == "." ? "/" : $0 }) }
}
