import Profiling

extension GraphReport {
  /// A line per module: nodes whose names begin alike, up to the first `.` or `/`.
  public func summary() -> String {
    let groups = ModuleGroups(nodes.map(\.name)).groups.map { group in
      (name: group.name, nodes: group.members.map { nodes[$0] })
    }
    var table = TextTable([
      ("MODULE", .left), ("OPERATORS", .right), ("OUTPUT", .left), ("PARAMETERS", .right),
      ("MACS", .right),
    ])
    for group in groups {
      table.add([
        group.name, "\(group.nodes.count)", "\(Shape(group.nodes.last?.shape ?? []))",
        NumberText.count(group.nodes.reduce(0) { $0 + $1.parameters }),
        NumberText.count(group.nodes.reduce(0) { $0 + $1.macs }),
      ])
    }
    return table.text() + totals(", in \(groups.count) modules")
  }
}

extension GraphReport.Node {
  /// The operator and its attributes: `conv2d strides=[2, 2] pads=[0, 0, 0, 0] relu`.
  var label: String {
    let told = attributes.list.map { attribute in
      if case .text(let text) = attribute.value { return text }
      return "\(attribute.name)=\(attribute.value)"
    }
    return ([op] + told).joined(separator: " ")
  }
}
