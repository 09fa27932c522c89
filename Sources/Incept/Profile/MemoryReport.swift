import OpenCLBackend
import Profiling

/// How much memory a network will need on a device, from its plan alone: nothing is allocated.
public struct MemoryReport: Report {
  /// `incept.memory/1`
  public private(set) var schema = "incept.memory/1"
  /// The model.
  public var model: ReportedModel
  /// The device.
  public var device: ReportedDevice
  /// How much rounding error is allowed.
  public var accuracy: Accuracy
  /// What activations and weights are stored as.
  public var precision: Precision
  /// Items per run.
  public var batch: Int
  /// The whole.
  public var memory: PlannedMemory
  /// Every kernel launch, in the order of execution.
  public var layers: [Layer]

  /// One kernel launch.
  public struct Layer: Codable, Sendable, Hashable {
    /// The node; of its second and later kernels, `NODE/STEP`.
    public var name: String
    /// The operator.
    public var op: String
    /// Which of the operator's kernels.
    public var variant: String
    /// Shape of the result.
    public var output: [Int]
    /// Multiply-adds.
    public var macs: Int
    /// Bytes of constants in the form that the kernel reads.
    public var weights: Int
    /// Bytes of values that the kernel reads and writes.
    public var activations: Int
    /// Bytes of all values that are needed while it runs.
    public var live: Int

    enum CodingKeys: String, CodingKey {
      case name, op, variant, output, macs
      case weights = "weights_bytes"
      case activations = "activation_bytes"
      case live = "live_bytes"
    }
  }

  /// Lists what a plan takes.
  init(
    _ plan: Plan, model: ReportedModel, device: ReportedDevice, accuracy: Accuracy,
    precision: Precision, batch: Int
  ) {
    (self.model, self.device, self.accuracy, self.precision, self.batch) = (
      model, device, accuracy, precision, batch
    )
    let memory = PlannedMemory(plan)
    self.memory = memory
    layers = zip(plan.launches, memory.live).map { launch, live in
      let traffic = plan.traffic(of: launch)
      return Layer(
        name: launch.label, op: launch.op, variant: launch.variant,
        output: launch.outputShape.dimensions, macs: launch.cost.multiplyAdds,
        weights: traffic.weights, activations: traffic.activations, live: live)
    }
  }

  /// The report for people: a line per launch, then the whole.
  ///
  /// - Parameter first: List only so many launches, the first that run; nil for all.
  public func text(first: Int? = nil) -> String {
    var table = TextTable([
      ("LAYER", .left), ("OP", .left), ("VARIANT", .left), ("OUTPUT", .left), ("WEIGHTS", .right),
      ("READ+WRITTEN", .right), ("ALIVE", .right), ("", .left),
    ])
    let largest = Double(memory.live.max() ?? 0)
    let listed = layers.prefix(first ?? layers.count)
    for layer in listed {
      table.add([
        layer.name, layer.op, layer.variant, "\(Shape(layer.output))",
        NumberText.bytes(layer.weights), NumberText.bytes(layer.activations),
        NumberText.bytes(layer.live), Bar.text(Double(layer.live), of: largest),
      ])
    }
    let rest = layers.count - listed.count
    var totals = TextTable([("", .left), ("", .left)])
    totals.add(["model", model.line])
    totals.add(["device", device.line])
    totals.add([
      "planned",
      "for batch \(batch), accuracy \(accuracy.rawValue)\(precision.remark); nothing is allocated",
    ])
    totals.add(["memory", memory.line])
    if let fullest = memory.fullest {
      let values = memory.values.filter { $0.first <= fullest && $0.last >= fullest }
      let named = values.prefix(3).map { "\($0.name) \(NumberText.bytes($0.bytes))" }
      totals.add([
        "fullest",
        "\(NumberText.bytes(memory.live[fullest])) of values while \(layers[fullest].name) runs: "
          + named.joined(separator: ", ") + (values.count > 3 ? ", …" : ""),
      ])
    }
    totals.add(["over time", Bar.profile(memory.live.map(Double.init), of: largest)])
    return table.text() + (rest > 0 ? "\(rest) more, which run later\n" : "") + "\n"
      + totals.text() + Self.legend
  }

  private static let legend = """
    weights: as the kernels read them; Winograd's are larger than the file's, and --memory-limit BYTES does with fewer
    arena: one buffer in which the values between layers take turns, with their borders of zeros and what gaps remain
    ALIVE, fullest, over time: values that are still needed while a layer runs

    """
}

extension Session {
  /// What a run of so many items will need on the device, planned without allocating anything.
  ///
  /// - Throws: what planning throws: for instance for a limit that no plan keeps.
  public func plannedMemory(batch: Int = 1) throws(InceptError) -> MemoryReport {
    let graph = try model.optimised(model.shapes(batch: batch), outputs: [])
    let plan = try PlanBuilder.plan(graph, for: backend.traits, options: planOptions)
    return MemoryReport(
      plan, model: model.reported, device: device.reported, accuracy: options.accuracy,
      precision: options.precision, batch: batch)
  }
}
