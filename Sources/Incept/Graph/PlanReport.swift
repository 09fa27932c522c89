import OpenCLBackend
import Operators
import Profiling

/// A network made ready for a device: its optimised graph, and kernels, memory and offsets.
public struct PlanReport: Sendable {
  /// The graph that the plan runs.
  public private(set) var graph: GraphReport
  let plan: Plan
  /// The operators of the plan's graph.
  let network: Graph
  /// The plan as it is listed.
  var summary: PlanSummary
  /// Names of all launches, by number.
  let launchNames: [String]
  /// Operators that are no launches: their results are views of other values.
  var views: [String]

  /// Plans a model for a device, a batch size and an accuracy; nothing is built or allocated.
  ///
  /// - Throws: what planning throws, for instance for more memory than the device has.
  public init(
    _ model: Model, for device: Device, batch: Int = 1, outputs: [String] = [],
    accuracy: Accuracy = .high, precision: Precision = .fp32, usesTuning: Bool = true,
    memoryLimit: Int? = nil
  ) throws(InceptError) {
    let graph = try model.optimised(model.shapes(batch: batch), outputs: outputs)
    let info = try device.discovered()
    let traits = DeviceTraits(info)
    var options = PlanOptions.informed(
      accuracy.planned, traits, store: usesTuning ? TuningStore(for: info) : nil)
    options.precision = precision.planned
    options.memoryLimit = memoryLimit
    plan = try PlanBuilder.plan(graph, for: traits, options: options)
    network = graph
    self.graph = GraphReport(graph, stage: .plan)
    summary = PlanSummary(plan)
    launchNames = plan.launches.map(\.label)
    let launched = Set(plan.launches.compactMap(\.node))
    views = graph.topologicalOrder().filter { graph[$0].op.isComputed && !launched.contains($0) }
      .map { graph[$0].name }
  }

  /// The report with the picked operators and their launches only; memory stays.
  ///
  /// - Throws: `.usage` where none is picked, with names that were maybe meant.
  public func filtered(by filter: GraphFilter) throws(InceptError) -> PlanReport {
    var report = self
    report.graph = try graph.filtered(by: filter)
    let names = Set(report.graph.nodes.map(\.name))
    report.summary.launches = summary.launches.filter {
      names.contains($0.name) || filter.picks($0.name, $0.op, $0.sources)
    }
    report.views = views.filter { names.contains($0) }
    return report
  }

  /// The graph's report as JSON, with the plan as a further member `plan`.
  public func json() throws(InceptError) -> String {
    do {
      guard case .object(let members) = try OrderedJSONEncoder.encode(graph) else {
        return try graph.json()
      }
      let plan = try OrderedJSONEncoder.encode(summary)
      return JSONValue.object(members + [.init("plan", plan)]).text()
    } catch {
      throw InceptError(
        .software, subject: "plan", expected: "expected values that JSON can hold",
        found: "\(error)")
    }
  }
}

extension GraphReport {
  /// The graph of a model, as imported or after all passes.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - stage: `imported` or `optimised`; `plan` is listed as the graph behind it.
  ///   - batch: Items per run.
  ///   - outputs: Names of nodes that are wanted as results, which passes then keep.
  public static func of(
    _ model: Model, stage: GraphStage, batch: Int = 1, outputs: [String] = []
  ) throws(InceptError) -> GraphReport {
    let shapes = model.shapes(batch: batch)
    let graph =
      stage == .imported
      ? try model.requesting(shapes, outputs: outputs)
      : try model.optimised(shapes, outputs: outputs)
    return GraphReport(graph, stage: stage)
  }
}
