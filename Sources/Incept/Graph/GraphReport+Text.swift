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

  /// The graph for Graphviz.
  public func dot() -> String {
    var text = "digraph \(Self.quoted(stage)) {\n  node [shape=box, fontname=\"sans-serif\"];\n"
    for input in inputs {
      text +=
        "  \(Self.quoted(input.name)) [label=\(Self.label([input.name, "\(Shape(input.shape))"])),"
      text += " shape=ellipse];\n"
    }
    for node in nodes {
      let label = Self.label([node.name, node.label, "\(Shape(node.shape))"])
      text += "  \(Self.quoted(node.name)) [label=\(label)];\n"
    }
    let names = Set(inputs.map(\.name) + nodes.map(\.name))
    for node in nodes {
      for input in node.inputs {
        text += "  \(Self.quoted(Self.owner(input, names))) -> \(Self.quoted(node.name));\n"
      }
    }
    for (index, (name, node)) in zip(outputs, outputNodes).enumerated() {
      // Numbered: a result often has the name of its node.
      let id = Self.quoted("result \(index)")
      text += "  \(id) [label=\(Self.label([name])), shape=ellipse];\n"
      text += "  \(Self.quoted(Self.owner(node, names))) -> \(id);\n"
    }
    return text + "}\n"
  }

  /// The node that computes a value: a further value of a node is `NODE:1`.
  private static func owner(_ value: String, _ names: Set<String>) -> String {
    names.contains(value) ? value : value.lastIndex(of: ":").map { String(value[..<$0]) } ?? value
  }

  private static func quoted(_ text: String) -> String {
    "\"" + escaped(text) + "\""
  }

  private static func label(_ lines: [String]) -> String {
    "\"" + lines.map(escaped).joined(separator: "\\n") + "\""
  }

  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      default: scalar.properties.generalCategory == .control ? "?" : String(scalar)
      }
    }.joined()
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
