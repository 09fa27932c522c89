import Profiling

extension GraphReport {
  /// The report for people: an operator a line, then the totals.
  ///
  /// - Parameters:
  ///   - width: Characters that a line may have: long names and lists are elided. Nil for whole ones.
  ///   - isVerbose: Whether each operator's attributes, constants, types and sources are told below it, and how many
  ///     operators there are of each kind.
  public func text(width: Int? = nil, isVerbose: Bool = false) -> String {
    var table = table(isBrief: false, isVerbose: isVerbose)
    if let width, !table.fits(width) { table = self.table(isBrief: true, isVerbose: isVerbose) }
    var text = table.text(width: width) + totals(width: width)
    if isVerbose { text += kinds(width) + (after?.text(of: self) ?? "") }
    return text
  }

  /// The lines of inputs and operators. Where they must be brief, what is read is told by number, and names leave out
  /// the scope that most of them share.
  private func table(isBrief: Bool, isVerbose: Bool) -> TextTable {
    let number: [TextTable.Column] = isBrief ? [.init("#", .right)] : []
    var table = TextTable(
      number + [
        .init("NAME", fit: .middle, least: 12, turn: 3), .init("OP", fit: .end, least: 14, turn: 2),
        .init("OUTPUT", fit: .list, least: 16, turn: 1), .init("PARAMS", .right),
        .init("MACS", .right), .init("INPUTS", fit: .list, least: 6),
      ])
    let scope = isBrief ? BriefNames.sharedScope(nodes.map(\.name)) : nil
    func start(_ name: String) -> [[String]] {
      isBrief ? [[numbers[name] ?? ""], [BriefNames.brief(name, in: scope)]] : [[name]]
    }
    // Inputs are no operators that a filter could pick.
    for input in inputs where unfilteredCount == nil {
      let result = Result(shape: input.shape, type: input.type)
      table.add(start(input.name) + [["input"], [result.text], ["0"], ["0"]])
    }
    for node in nodes {
      table.add(
        start(node.name) + [
          [node.brief], node.results.map(\.text),
          [NumberText.count(node.parameters)], [NumberText.count(node.macs)],
          isBrief ? node.inputs.map { numbers[$0] ?? $0 } : node.inputs,
        ], notes: isVerbose ? notes(node) : [])
    }
    return table
  }

  /// The last line: how much there is in all, and the results. `counted` follows the number of operators.
  func totals(_ counted: String = "", width: Int? = nil) -> String {
    var constants: [String: Int] = [:]
    for constant in nodes.flatMap(\.constants) {
      let width = ElementType(rawValue: constant.type)?.byteCount ?? 4
      constants[constant.name] = constant.shape.reduce(width, *)
    }
    let parameters = nodes.reduce(0) { $0 + $1.parameters }
    let macs = Cost.sum(nodes.map(\.macs))
    let results = zip(outputs, outputNodes).map { name, node in
      name == node ? name : "\(name) (\(node))"
    }
    let of = unfilteredCount.map { " of \($0)" } ?? ""
    let place = after.map { "after \($0.pass)" } ?? stage
    return TextTable.wrapped(
      "\(place): \(nodes.count)\(of) operators\(counted), "
        + "\(NumberText.count(parameters)) parameters "
        + "(\(NumberText.bytes(constants.values.reduce(0, +)))), "
        + "\(NumberText.count(macs)) multiply-adds; outputs \(results.joined(separator: ", "))",
      to: width)
  }

  /// `operators: 94 conv2d, 15 concat`
  private func kinds(_ width: Int?) -> String {
    let counts = Dictionary(nodes.map { ($0.op, 1) }, uniquingKeysWith: +)
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let told = sorted.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    return sorted.isEmpty ? "" : TextTable.wrapped("operators: \(told)", to: width)
  }

  /// What the table has no room for.
  private func notes(_ node: Node) -> [String] {
    var notes: [String] = []
    func tell(_ what: String, _ items: [String]) {
      guard !items.isEmpty else { return }
      let padding = String(repeating: " ", count: max(1, 12 - what.count))
      notes.append(what + padding + items.joined(separator: ", "))
    }
    tell("attributes", node.attributes.list.map { "\($0.name)=\($0.value)" })
    tell(
      "inputs",
      node.inputs.map { name in valueTypes[name].map { "\(name) \($0)" } ?? name })
    tell(
      "constants",
      node.constants.map { "\($0.name) \($0.type)\(Shape($0.shape))" })
    tell(
      "results",
      node.results.enumerated().map { index, result in
        (index == 0 ? "" : "\(node.name):\(index) ") + "\(result.type)\(Shape(result.shape))"
      })
    if node.sources != [node.name] { tell("from", node.sources) }
    return notes
  }
}

extension GraphReport.Result {
  /// The shape, with the type where that is not float32.
  var text: String { (type == "float32" ? "" : type) + "\(Shape(shape))" }
}

extension Cost {
  /// The sum of counts, at most `Int.max`.
  static func sum(_ counts: [Int]) -> Int {
    counts.reduce(0) { sum, count in
      let (result, overflow) = sum.addingReportingOverflow(count)
      return overflow ? Int.max : result
    }
  }
}
