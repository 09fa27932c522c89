import TensorCore

/// A group of an HDF5 file: named objects and attributes.
package struct HDF5Group: Sendable {
  /// Where one name leads.
  enum Target: Sendable, Hashable {
    /// An object header's address.
    case object(Int)
    /// A path within the file; never followed.
    case soft
  }

  /// The group's path from the root.
  package let path: String
  /// The group's attributes.
  package let attributes: HDF5Attributes
  private let file: HDF5File
  private let targets: [String: Target]

  /// Reads a group's links. External and user-defined links are refused at once, wherever they lead.
  init(_ file: HDF5File, path: String, header: HDF5ObjectHeader) throws(InceptError) {
    self.file = file
    self.path = path
    attributes = try HDF5Attributes(file, path: path, header: header)
    let links: [(String, Target)]
    if let table = header.first(.symbolTable) {
      links = try HDF5SymbolTable.links(file, path: path, message: table)
    } else {
      links = try HDF5LinkMessage.links(file, path: path, header: header)
    }
    var targets: [String: Target] = [:]
    for (name, target) in links {
      guard targets.updateValue(target, forKey: name) == nil else {
        throw file.bad(path, "each name once", "'\(name)' twice")
      }
    }
    self.targets = targets
  }

  /// The names in the group, sorted.
  package var names: [String] { targets.keys.sorted() }

  /// Whether the group has something called `name`.
  package func contains(_ name: String) -> Bool { targets[name] != nil }

  /// The object at a path below this group, as `conv1/kernel:0`. Throws `.badData` where there is none, and
  /// where the path leads over a soft link: those are never followed.
  package func object(_ relativePath: String) throws(InceptError) -> HDF5Object {
    var current = self
    let components = relativePath.split(separator: "/")
    guard !components.isEmpty, components.count <= HDF5Limits.pathDepth else {
      throw file.bad(
        path, "a path of 1 to \(HDF5Limits.pathDepth) names", "\(components.count) names")
    }
    guard path.utf8.count + relativePath.utf8.count < HDF5Limits.pathBytes else {
      throw file.bad(path, "a path of at most \(HDF5Limits.pathBytes) bytes", "a longer one")
    }
    for (index, component) in components.enumerated() {
      let child = try current.child(String(component))
      if index == components.count - 1 { return child }
      guard case .group(let group) = child else {
        throw file.bad(current.childPath(String(component)), "a group", "a dataset")
      }
      current = group
    }
    return .group(current)
  }

  /// The group at a path below this group.
  package func group(_ relativePath: String) throws(InceptError) -> HDF5Group {
    guard case .group(let group) = try object(relativePath) else {
      throw file.bad(childPath(relativePath), "a group", "a dataset")
    }
    return group
  }

  /// The dataset at a path below this group.
  package func dataset(_ relativePath: String) throws(InceptError) -> HDF5Dataset {
    guard case .dataset(let dataset) = try object(relativePath) else {
      throw file.bad(childPath(relativePath), "a dataset", "a group")
    }
    return dataset
  }

  /// The error for something wrong with this group.
  package func bad(
    _ expected: String, _ found: String, hint: String? = nil
  ) -> InceptError {
    file.bad(path, expected, found, hint: hint)
  }

  private func childPath(_ name: String) -> String { path == "/" ? "/" + name : path + "/" + name }

  private func child(_ name: String) throws(InceptError) -> HDF5Object {
    switch targets[name] {
    case nil: throw file.bad(path, "an object '\(name)'", "none")
    case .soft:
      throw file.bad(
        childPath(name), "an object", "a soft link",
        hint: "links are never followed; store the data in its place")
    case .object(let address):
      return try HDF5Object(file, path: childPath(name), address: address)
    }
  }
}
