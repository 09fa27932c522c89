import Profiling

extension GraphReport {
  /// The report for people: an operator a line, then the totals.
  public func text() -> String {
    var table = TextTable([
      ("NAME", .left), ("OP", .left), ("WEIGHTS", .left), ("OUTPUT", .left),
      ("PARAMETERS", .right), ("MACS", .right), ("INPUTS", .left),
    ])
    for input in inputs {
      table.add([input.name, "input", "", "\(Shape(input.shape))", "0", "0"])
    }
    for node in nodes {
      table.add([
        node.name, node.label, node.weights.first.map { "\(Shape($0))" } ?? "",
        "\(Shape(node.shape))", NumberText.count(node.parameters), NumberText.count(node.macs),
        node.inputs.joined(separator: ", "),
      ])
    }
    return table.text() + totals(lines: nodes.count, "operators")
  }

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
    return table.text() + totals(lines: groups.count, "modules")
  }

  private func totals(lines: Int, _ what: String) -> String {
    let parameters = nodes.reduce(0) { $0 + $1.parameters }
    let macs = nodes.reduce(0) { $0 + $1.macs }
    let counted =
      what == "operators" ? "\(lines) operators" : "\(nodes.count) operators in \(lines) \(what)"
    let results = zip(outputs, outputNodes).map { name, node in
      name == node ? name : "\(name) (\(node))"
    }
    return "\(stage): \(counted), \(NumberText.count(parameters)) parameters, "
      + "\(NumberText.count(macs)) multiply-adds; outputs \(results.joined(separator: ", "))\n"
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
