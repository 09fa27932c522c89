import Operators
import Passes
import Profiling

/// The passes in their order, and what each makes of a network.
public struct PassesReport: Report {
  /// `incept.passes/1`
  public private(set) var schema = "incept.passes/1"
  /// The model.
  public var model: ReportedModel
  /// Operators of the graph as it is imported.
  public var operators: Int
  /// The passes, in order.
  public var passes: [Pass]

  /// One pass.
  public struct Pass: Codable, Sendable, Hashable {
    /// Its name.
    public var name: String
    /// What becomes what, and when.
    public var summary: String
    /// How often it found something.
    public var rewrites: Int
    /// Operators that are left after it.
    public var operators: Int
  }

  /// Runs all passes over a model.
  public init(_ model: Model, batch: Int = 1) throws(InceptError) {
    self.model = model.reported
    let graph = try model.requesting(model.shapes(batch: batch))
    operators = graph.operatorCount
    var passes: [Pass] = []
    let summaries = PassPipeline.standard.map(\.summary)
    _ = try PassPipeline().run(graph) { (step, graph) throws(InceptError) in
      passes.append(
        Pass(
          name: step.pass, summary: summaries[passes.count], rewrites: step.rewrites,
          operators: graph.operatorCount))
    }
    self.passes = passes
  }

  /// The report for people: a pass a line.
  public func text(width: Int? = nil) -> String {
    var table = TextTable([
      .init("PASS"), .init("REWRITES", .right), .init("OPERATORS", .right),
      .init("WHAT IT DOES", fit: .end, least: 12),
    ])
    table.add([["imported"], [""], ["\(operators)"]])
    for pass in passes {
      table.add([[pass.name], ["\(pass.rewrites)"], ["\(pass.operators)"], [pass.summary]])
    }
    return table.text(width: width)
  }
}

/// What a pass did to a graph, by names of operators.
public struct PassChange: Codable, Sendable, Hashable {
  /// The pass.
  public var pass: String
  /// How often it found something.
  public var rewrites: Int
  /// Operators that are gone.
  public var removed: [String]
  /// Operators that are new.
  public var added: [String]
  /// Operators that compute, read or stand for something else than before.
  public var changed: [String]

  /// The operators as they were before, where they are gone or changed.
  var before: [String: GraphReport.Node] = [:]

  enum CodingKeys: String, CodingKey {
    case pass, rewrites, removed, added, changed
  }

  init(_ step: PassPipeline.Step, from before: GraphReport, to after: GraphReport) {
    pass = step.pass
    rewrites = step.rewrites
    let old = Dictionary(before.nodes.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    let new = Dictionary(after.nodes.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    removed = before.nodes.map(\.name).filter { new[$0] == nil }
    added = after.nodes.map(\.name).filter { old[$0] == nil }
    changed = after.nodes.filter { old[$0.name] != nil && old[$0.name] != $0 }.map(\.name)
    self.before = old.filter { new[$0.key] != $0.value }
  }

  /// The changes for people: `-` for operators that are gone, `+` for new ones, `~` for changed ones.
  func text(of report: GraphReport) -> String {
    let now = Dictionary(report.nodes.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    var lines = [
      "\(pass): \(rewrites) rewrites; \(removed.count) operators removed, \(added.count) added, "
        + "\(changed.count) changed"
    ]
    for name in removed {
      guard let node = before[name] else { continue }
      // New and changed operators that are not picked are not in the report anyway.
      if let filter = report.filter, !filter.picks(name, node.op, node.sources) { continue }
      lines.append("  - \(name)  \(node.brief)")
    }
    lines += added.compactMap { name in now[name].map { "  + \(name)  \($0.brief)" } }
    for name in changed {
      guard let old = before[name], let new = now[name] else { continue }
      var told: [String] = []
      if old.brief != new.brief { told.append("\(old.brief) -> \(new.brief)") }
      if old.inputs != new.inputs {
        let (was, now) = (old.inputs.joined(separator: ", "), new.inputs.joined(separator: ", "))
        told.append("reads \(now.isEmpty ? "nothing" : now) instead of \(was)")
      }
      let sources = new.sources.filter { !old.sources.contains($0) }
      if !sources.isEmpty { told.append("takes in \(sources.joined(separator: ", "))") }
      if told.isEmpty { told.append("other constants") }
      lines.append("  ~ \(name)  " + told.joined(separator: "; "))
    }
    return lines.map(TextTable.printable).joined(separator: "\n") + "\n"
  }
}

extension Graph {
  /// Nodes that compute something.
  var operatorCount: Int { nodeIDs.count { self[$0].op.isComputed } }
}

extension Model {
  /// The pass that a name or the beginning of one means.
  ///
  /// - Throws: `.usage`, listing the passes and the operators each leaves.
  func pass(named name: String) throws(InceptError) -> String {
    let names = PassPipeline.standard.map(\.name)
    if names.contains(name) { return name }
    let beginnings = names.filter { !name.isEmpty && $0.hasPrefix(name) }
    if beginnings.count == 1 { return beginnings[0] }
    let report = try PassesReport(self)
    let list = report.passes.map { "\($0.name) (\($0.operators))" }.joined(separator: ", ")
    let close = CloseMatches.of(name, among: names, limit: 2)
    throw InceptError(
      .usage, subject: "pass '\(name)'",
      expected: "expected the name of a pass, or the beginning of one",
      found: beginnings.isEmpty ? "none of that name" : beginnings.joined(separator: " and "),
      hint: (close.isEmpty ? "" : "did you mean \(close.joined(separator: " or "))? ")
        + "the passes in order, with the operators that each leaves: \(list)")
  }

  /// The graph after a pass and all before it, and the pass's step with the graph that it found.
  func graph(
    after pass: String, batch: Int, outputs: [String] = []
  ) throws(InceptError) -> (graph: Graph, found: Graph, step: PassPipeline.Step) {
    let name = try self.pass(named: pass)
    var found = try requesting(shapes(batch: batch), outputs: outputs)
    found.removeUnused()
    let (graph, steps) = try PassPipeline().run(found, through: name) {
      (step, graph) throws(InceptError) in
      if step.pass != name { found = graph }
    }
    guard let step = steps.last else {
      throw InceptError(.software, subject: "pass '\(name)'", expected: "expected it to be run")
    }
    return (graph, found, step)
  }
}

extension GraphReport {
  /// The graph of a model after a pass and all before it.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - pass: The pass's name, or the beginning of it.
  ///   - batch: Items per run.
  ///   - outputs: Names of nodes that are wanted as results, which passes then keep.
  /// - Throws: `.usage` for another name, listing the passes.
  public static func of(
    _ model: Model, after pass: String, batch: Int = 1, outputs: [String] = []
  ) throws(InceptError) -> GraphReport {
    let (graph, found, step) = try model.graph(after: pass, batch: batch, outputs: outputs)
    var report = GraphReport(graph, stage: .optimised)
    report.after = PassChange(
      step, from: GraphReport(found, stage: .optimised), to: report)
    return report
  }
}
