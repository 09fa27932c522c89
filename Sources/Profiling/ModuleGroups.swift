/// Names gathered by the module that they belong to: what they begin with, up to the first `.` or `/`.
package struct ModuleGroups {
  /// A module and the positions of its members.
  package struct Group: Hashable, Sendable {
    package let name: String
    package private(set) var members: [Int]

    fileprivate mutating func add(_ member: Int) { members.append(member) }
  }

  /// The modules in the order of their first members, which may be interleaved with others'.
  package private(set) var groups: [Group] = []

  /// Gathers names.
  package init(_ names: [String]) {
    var positions: [String: Int] = [:]
    for (member, name) in names.enumerated() {
      let module = Self.module(of: name)
      if let position = positions[module] {
        groups[position].add(member)
      } else {
        positions[module] = groups.count
        groups.append(Group(name: module, members: [member]))
      }
    }
  }

  /// The module that a name belongs to: `Mixed_5b` of `Mixed_5b.branch1x1.conv`.
  package static func module(of name: String) -> String {
    let prefix = name.prefix { $0 != "." && $0 != "/" }
    return prefix.isEmpty ? name : String(prefix)
  }
}
