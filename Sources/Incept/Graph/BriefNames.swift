/// Names of operators where there is little room.
enum BriefNames {
  /// The outermost scope with its `/`, where at least four of five names lie in it and it is long enough to matter.
  static func sharedScope(_ names: [String]) -> String? {
    var counts: [Substring: Int] = [:]
    for name in names {
      guard let end = name.firstIndex(of: "/") else { continue }
      counts[name[...end], default: 0] += 1
    }
    guard let (scope, count) = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
      names.count > 1, count * 5 >= names.count * 4, scope.count > 4
    else { return nil }
    return String(scope)
  }

  /// The name without that scope; of nodes merged into one, the first and how many more.
  static func brief(_ name: String, in scope: String?) -> String {
    var name = name
    if let scope, name.hasPrefix(scope) { name = "…/" + name.dropFirst(scope.count) }
    guard let end = name.range(of: " + ") else { return name }
    let others = name[end.lowerBound...].split(separator: " ").count { $0 == "+" }
    return "\(name[..<end.lowerBound]) +\(others)"
  }
}
