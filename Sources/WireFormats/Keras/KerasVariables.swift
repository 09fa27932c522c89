import TensorCore

/// The variables of one layer of a Keras 3 weights file.
///
/// Keras 3 names no layer by its own name: a group's path is the path of attributes from the model
/// (`layers/conv2d_1`), with the class's name in snake case and a number for all but the first of a class, and
/// variables are called `0`, `1`, … in the order in which the layer made them.
package struct KerasVariables: Sendable {
  /// The group's path from the root; empty for the model's own variables.
  package let path: String
  /// The layer's name, where the file says it (Keras 3.9 and later).
  package let name: String?
  /// The variables in order. Those of types that no weight has (states of random generators) are left out.
  package let variables: [(key: String, tensor: HostTensor)]

  /// Groups that hold what only training reads.
  private static let trainingOnly: Set<String> = ["optimizer", "metrics", "compile_metrics"]
  /// What a layer calls the group of its variables.
  private static let group = "vars"

  /// Whether a file is in the layout of Keras 3.
  static func describes(_ root: HDF5Group) -> Bool {
    root.contains("layers") || root.contains("_layer_checkpoint_dependencies")
      || root.contains(group)
  }

  /// The variables of every layer that has any, in the order of their paths, numbers counted as numbers.
  static func all(in root: HDF5Group) throws(InceptError) -> [KerasVariables] {
    var found: [KerasVariables] = []
    var pending = [(path: "", group: root)]
    while let (path, current) = pending.popLast() {
      for name in current.names {
        if path.isEmpty, trainingOnly.contains(name) { continue }
        // Soft links are an error here, as everywhere.
        guard case .group(let child) = try current.object(name) else { continue }
        if name == group {
          let own = try variables(of: child)
          guard !own.isEmpty else { continue }
          let label = try child.attributes.string("name")
          found.append(KerasVariables(path: path, name: label, variables: own))
        } else {
          pending.append((path.isEmpty ? name : "\(path)/\(name)", child))
        }
      }
    }
    return found.sorted { NaturalOrder.precedes($0.path, $1.path) }
  }

  private static func variables(
    of group: HDF5Group
  ) throws(InceptError) -> [(key: String, tensor: HostTensor)] {
    var variables: [(key: String, tensor: HostTensor)] = []
    for key in group.names.sorted(by: NaturalOrder.precedes) {
      let dataset = try group.dataset(key)
      guard dataset.elementType != nil else { continue }
      variables.append((key, try dataset.tensor()))
    }
    return variables
  }
}

/// The order in which people list numbered names: `conv2d`, `conv2d_2`, `conv2d_10`.
enum NaturalOrder {
  /// Whether `left` comes before `right`.
  static func precedes(_ left: String, _ right: String) -> Bool {
    let (first, second) = (Array(left.utf8), Array(right.utf8))
    var (i, j) = (0, 0)
    while i < first.count, j < second.count {
      let (a, b) = (number(first, &i), number(second, &j))
      if let a, let b {
        // Of equal numbers the one with fewer leading zeros comes first, so that the order is total.
        if a.count != b.count { return a.count < b.count }
        if a != b { return a.lexicographicallyPrecedes(b) }
        continue
      }
      let (x, y) = (a?.first ?? first[i], b?.first ?? second[j])
      if x != y { return x < y }
      i += 1
      j += 1
    }
    return first.count - i < second.count - j
  }

  /// The run of digits at `position`, which moves behind it; nil where there is none.
  private static func number(_ text: [UInt8], _ position: inout Int) -> ArraySlice<UInt8>? {
    let start = position
    while position < text.count, (0x30...0x39).contains(text[position]) { position += 1 }
    return position > start ? text[start..<position] : nil
  }
}
