import GraphIR
import Operators
import TensorCore

/// Collects a plan while the nodes of a graph are lowered one after the other.
package struct PlanBuilder {
  /// The graph that is lowered.
  package let graph: Graph
  /// What the plan is for.
  package let traits: DeviceTraits
  /// What the caller decided.
  package let options: PlanOptions
  private var layout: LayoutPlanner
  private var launches: [Launch] = []
  private var constants: [PlannedConstant] = []
  private var constantNumbers: [PlannedConstant.Key: Int] = [:]
  private var current: Node?
  private var withoutHalves: Set<String> = []

  init(graph: Graph, traits: DeviceTraits, options: PlanOptions) {
    self.graph = graph
    self.traits = traits
    self.options = options
    layout = LayoutPlanner(graph: graph)
  }

  /// Where a value lies; a constant is put on the device as it is.
  package mutating func view(_ value: ValueID) throws(InceptError) -> TensorView {
    if let view = layout.views[value] { return view }
    guard let tensor = graph.constant(value) else {
      throw InceptError(
        .software, subject: graph.producer(of: value).subject, expected: "expected a place",
        found: "none", hint: "this is a bug of Incept; please report it with the command you ran")
    }
    let type = graph.type(of: value).elementType
    let number = constant(
      PlannedConstant(
        key: PlannedConstant.Key(sources: [tensor], packing: "dense"),
        byteCount: tensor.elementCount * type.words * 4
      ) { (destination) throws(InceptError) in tensor.copyWords(as: type, into: destination) })
    return TensorView(dense: tensor.shape, type, in: .constant(number))
  }

  /// The view of a value collapsed to `[N, H, W, C]` with neighbouring channels; where the value does not lie
  /// so, a dense copy that is made first.
  package mutating func imageView(_ value: ValueID) throws(InceptError) -> TensorView {
    let view = try view(value)
    if let image = view.collapsed(), image.strides[3] == 1 || image.shape[3] <= 1 { return image }
    let copy = layout.scratch(
      view.shape, view.elementType, name: "\(current?.name ?? "").copy")
    try emitCopy(from: view, to: copy)
    guard let image = copy.collapsed() else {
      throw InceptError(
        .software, subject: current?.subject ?? "plan", expected: "expected a dense copy",
        found: "strides \(copy.strides)")
    }
    return image
  }

  /// A constant in the form a kernel reads; equal keys share one.
  package mutating func constant(_ constant: PlannedConstant) -> Int {
    var constant = constant
    constant.key.precision = options.precision
    if let number = constantNumbers[constant.key] { return number }
    constants.append(constant)
    constantNumbers[constant.key] = constants.count - 1
    return constants.count - 1
  }

  /// Memory that lives while the current node is computed.
  package mutating func scratch(
    _ shape: Shape, _ elementType: ElementType = .float32, name: String
  ) -> TensorView {
    layout.scratch(shape, elementType, name: name)
  }

  /// Adds a launch of the current node. Its label, cost and shapes are the node's; a node's second and later
  /// launches (`step`) cost nothing of their own. `output` is where the result goes if not to the node's value.
  /// `access` is what the launch reads and writes where that is less than the node's inputs and outputs.
  package mutating func emit(
    _ kernel: KernelSpecialization, variant: String, rejected: [Launch.Rejection] = [],
    arguments: [Launch.Argument], global: [Int], local: [Int]?, step: String? = nil,
    output: TensorView? = nil, tuning: Launch.Tuning? = nil, errorGrowth: Double = 1,
    multiplyAdds: Int? = nil, access: LaunchAccess? = nil
  ) {
    guard let node = current else { return }
    if options.precision != .fp32, !kernel.storesHalves { withoutHalves.insert(node.subject) }
    let data = node.inputs.filter { graph.constant($0) == nil }
    let outputs = node.outputs.indices.map { ValueID(node.id, output: $0) }
    launches.append(
      Launch(
        label: step.map { "\(node.name)/\($0)" } ?? node.name, op: node.op.mnemonic,
        sources: node.sources, variant: variant, rejected: rejected, tuning: tuning,
        errorGrowth: errorGrowth, multiplyAdds: multiplyAdds,
        kernel: kernel.storing(options.precision, traits),
        arguments: arguments, global: global, local: local,
        cost: step == nil ? graph.cost(of: node.id) : .free,
        inputShapes: data.map { graph.type(of: $0).shape }, outputShape: node.type.shape,
        output: output ?? (step == nil ? layout.views[node.value] : nil),
        access: LaunchAccess(
          arguments, inputs: data.compactMap { layout.views[$0] },
          outputs: outputs.compactMap { layout.views[$0] }, told: access,
          regions: layout.regions),
        node: node.id))
  }

  // MARK: Driving

  /// Lowers a graph.
  ///
  /// - Throws: about the first node that can't be lowered, or about memory: before anything is allocated, naming
  ///   the value and the bytes.
  package static func plan(
    _ graph: Graph, for traits: DeviceTraits, options: PlanOptions = PlanOptions()
  ) throws(InceptError) -> Plan {
    if let error = options.precision.refusal(typesOf: graph) { throw error }
    let plan = try build(graph, for: traits, options: options)
    guard let limit = options.memoryLimit, plan.bytes > limit else { return plan }
    return try LeanPlanning(graph, traits, plan, limit: limit).plan()
  }

  /// Lowers a graph with the variants that the options say, whatever memory that takes.
  static func build(
    _ graph: Graph, for traits: DeviceTraits, options: PlanOptions
  ) throws(InceptError) -> Plan {
    var builder = PlanBuilder(graph: graph, traits: traits, options: options)
    builder.layout.run()
    for id in builder.layout.order { try builder.lower(graph[id]) }
    return try builder.finish()
  }

  private mutating func lower(_ node: Node) throws(InceptError) {
    guard !(node.op is Input), !(node.op is Constant) else { return }
    guard let op = node.op as? any OpenCLLowerable else {
      throw InceptError(
        .badData, subject: node.subject, expected: "expected an operator with OpenCL kernels",
        found: node.op.mnemonic)
    }
    guard node.outputs.contains(where: { $0.shape.elementCount > 0 }) else { return }
    current = node
    defer { current = nil }
    do {
      try op.lower(node, into: &self)
    } catch {
      throw error.subject == node.op.mnemonic ? error.about(node.subject) : error
    }
  }

  private mutating func finish() throws(InceptError) -> Plan {
    if let error = options.precision.refusal(withoutHalves, of: graph.name) { throw error }
    let elementBytes = options.precision.bytes
    var regions = layout.regions
    let overlaps = options.queue != .inOrder && traits.overlapsLaunches
    if overlaps { launches = LaunchSchedule.reordered(launches, regions) }
    setLifetimes(&regions)
    for region in regions where region.elementCount * elementBytes > traits.maxAllocationBytes {
      throw tooLarge(region.name, region.elementCount * elementBytes)
    }
    let limit = min(Int(Int32.max) - 1, traits.maxAllocationBytes / elementBytes)
    guard
      let elements = ArenaPlanner.place(
        &regions, for: launches, overlapping: overlaps, limit: limit), elements <= limit
    else {
      let largest = regions.max { $0.elementCount < $1.elementCount }
      let total = regions.reduce(0) { $0 + $1.elementCount * elementBytes }
      throw tooLarge(largest?.name ?? graph.name, total)
    }
    let waits = LaunchDependencies(launches, regions, .placed).waits
    for index in launches.indices { launches[index].waits = waits[index] }
    let weights = constants.reduce(0) { $0 + $1.byteCount }
    for constant in constants where constant.byteCount > traits.maxAllocationBytes {
      throw tooLarge("\(graph.name) (a weight tensor)", constant.byteCount)
    }
    let fed = regions.filter(\.isInput).reduce(0) { $0 + $1.elementCount * elementBytes }
    guard elements * elementBytes + weights + fed <= traits.globalMemoryBytes else {
      throw tooLarge(
        "\(graph.name) (weights, arena and inputs)", elements * elementBytes + weights + fed)
    }
    let inputs = try graph.inputs.map { (id) throws(InceptError) in
      Plan.Binding(name: graph[id].name, view: try view(graph[id].value), permutation: nil)
    }
    let outputs = try graph.outputs.map { (output) throws(InceptError) in
      try binding(output)
    }
    return Plan(
      name: graph.name, traits: traits, options: options, launches: launches, regions: regions,
      arenaBytes: elements * elementBytes, constants: constants, inputs: inputs, outputs: outputs,
      views: layout.views)
  }

  private mutating func binding(_ output: GraphOutput) throws(InceptError) -> Plan.Binding {
    Plan.Binding(
      name: output.name, view: try view(output.value),
      permutation: graph.permutationForPeople(of: output))
  }

  private func setLifetimes(_ regions: inout [Plan.Region]) {
    var first = [Int](repeating: Int.max, count: regions.count)
    var last = [Int](repeating: -1, count: regions.count)
    for (index, launch) in launches.enumerated() {
      for case .arena(let number) in launch.arguments.flatMap(\.storages) {
        first[number] = Swift.min(first[number], index)
        last[number] = Swift.max(last[number], index)
      }
    }
    func keep(_ view: TensorView?, from start: Int, to end: Int) {
      guard case .arena(let number)? = view?.storage else { return }
      first[number] = Swift.min(first[number], start)
      last[number] = Swift.max(last[number], end)
    }
    // Inputs are written before the first launch, results read after the last.
    for id in graph.inputs { keep(layout.views[graph[id].value], from: -1, to: -1) }
    for output in graph.outputs {
      keep(layout.views[output.value], from: launches.count, to: launches.count)
    }
    for index in regions.indices where last[index] >= first[index] {
      regions[index].lifetime = first[index]...last[index]
    }
  }

  private func tooLarge(_ subject: String, _ bytes: Int) -> InceptError {
    InceptError(
      .unavailable, subject: "memory for '\(subject)'",
      expected:
        "expected at most \(traits.maxAllocationBytes) bytes in a buffer and \(traits.globalMemoryBytes) in all",
      found: "\(bytes) bytes", hint: "use a smaller batch or image, or another device")
  }
}

extension Graph {
  /// The axis order in which people see a result: axis `i` of what they see is axis `permutation[i]` of the value.
  /// Nil: as it is.
  package func permutationForPeople(of output: GraphOutput) -> [Int]? {
    guard axisOrder == .nchw, type(of: output.value).shape.rank == 4, !output.isFrameworkOrdered
    else { return nil }
    // A value that an explicit transpose or input holds in the framework's order already is left as it is.
    switch producer(of: output.value).op {
    case let transpose as Transpose where transpose == .toNCHW: return nil
    case is Input: return nil
    default: return axisOrder.permutationFromNHWC
    }
  }
}
