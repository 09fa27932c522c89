import OpenCLBackend
import Operators
import Reference

/// A network on a device, launch by launch, next to what its values should be.
struct Comparison {
  /// A value that was compared.
  struct Row {
    let name: String
    let value: ValueID
    /// The error of the value in the network.
    let error: LayerDifference
    /// The error on the inputs that are expected; nil where these aren't known, and for views.
    let own: LayerDifference?
  }

  /// A layer's tensors, kept for a closer look.
  struct Evidence {
    let node: Node
    /// What it reads, constants apart: as expected or, where that isn't known, as the device has it.
    let inputs: [ValueID: HostTensor]
    /// Whether ``inputs`` are as expected.
    let hasExpectedInputs: Bool
    /// What is expected, by output.
    let expected: [Int: HostTensor]
    /// What the device computes from ``inputs``, by output.
    let actual: [HostTensor]
    /// What the layers before gave in the network, and what this one made of it.
    let seen: [ValueID: HostTensor], given: [HostTensor]
  }

  /// What was compared.
  struct Found {
    /// The values, each after those that it depends on.
    var rows: [Row] = []
    /// Results as a run gives them.
    var results: [Row] = []
    /// The first bad layer's, and the chosen one's.
    var evidence: [Evidence] = []
  }

  let session: Session
  /// The optimised network.
  let graph: Graph
  let names: LayerNames
  let feeds: [String: HostTensor]
  /// Values that were asked for, by name.
  let outputs: [String]
  /// The plan as it runs but for chains: every launch by itself.
  let plan: Plan
  private let executable: Executable
  private let launches: [NodeID: [Int]]
  private let users: [ValueID: [NodeID]]

  init(
    _ session: Session, _ feeds: [String: HostTensor], outputs: [String] = [],
    fault: (@Sendable (inout Plan) -> Void)? = nil
  ) throws(InceptError) {
    self.session = session
    self.feeds = feeds
    self.outputs = outputs
    let shapes = feeds.mapValues(\.shape)
    graph = try session.model.optimised(shapes, outputs: outputs)
    names = try LayerNames(session.model, shapes, optimised: graph, outputs: outputs)
    var plan = try PlanBuilder.plan(
      graph, for: session.backend.traits, options: session.planOptions)
    fault?(&plan)
    self.plan = plan
    executable = try Executable(plan, on: session.backend) { session.reportPreparing($0) }
    launches = plan.launchesByNode
    users = graph.users()
  }

  /// The values that are computed, in an order of execution.
  var values: [ValueID] {
    graph.topologicalOrder().map { graph[$0] }.filter(\.op.isComputed).flatMap { node in
      node.outputs.indices.map { ValueID(node.id, output: $0) }
    }
  }

  /// The launches of a node.
  func launches(of node: NodeID) -> [Launch] { (launches[node] ?? []).map { plan.launches[$0] } }

  // MARK: Running

  /// Every computed value as it is in the network, in the engine's axis order.
  func actualValues() throws(InceptError) -> [ValueID: HostTensor] {
    session.report("running")
    let completions = plan.completions(of: graph)
    let found = Dictionary(
      uniqueKeysWithValues: completions.map { number, nodes in
        (
          number,
          nodes.filter { graph[$0].op.isComputed }.flatMap { id in
            graph[id].outputs.indices.map { ValueID(id, output: $0) }
          }.filter { plan.views[$0] != nil }
        )
      })
    var values: [ValueID: HostTensor] = [:]
    try executable.step(feeds, reading: { (found[$0] ?? []).compactMap { plan.views[$0] } }) {
      for (value, tensor) in zip(found[$0] ?? [], $1) { values[value] = tensor }
    }
    return values
  }

  /// The results as a run gives them, with kernels chained and overlapping, where these differ from those of single
  /// launches in a bit: then it is not a layer that is wrong.
  func resultsThatDiffer(
    from values: [ValueID: HostTensor]
  ) throws(InceptError) -> [(name: String, value: ValueID, tensor: HostTensor)] {
    let chained = plan.chained()
    let whole =
      chained.launches.count == plan.launches.count
      ? executable
      : try Executable(chained, on: session.backend) { session.reportPreparing($0) }
    let results = try whole.run(feeds)
    var differing: [(name: String, value: ValueID, tensor: HostTensor)] = []
    for (output, result) in zip(graph.outputs, results) {
      guard let single = values[output.value] else { continue }
      let order = graph.permutationForPeople(of: output)
      let seen = order.map { single.permuted($0) } ?? single
      guard !seen.hasSameBits(as: result) else { continue }
      differing.append(
        (output.name, output.value, order.map { result.permuted($0.inversePermutation) } ?? result))
    }
    return differing
  }

  // MARK: Comparing

  /// Compares values with what is expected of them.
  ///
  /// - Parameters:
  ///   - wanted: Names for the values to be compared.
  ///   - definesRest: Whether what the source doesn't know follows from its inputs by the layer's definition.
  ///   - results: Values that are compared at the end once more, as a run gives them.
  ///   - isBad: Whether a row is beyond the tolerance.
  ///   - choice: A name whose evidence is wanted besides that of the first that is bad.
  func rows(
    _ actual: [ValueID: HostTensor], against source: inout some ExpectedValues,
    wanted: [ValueID: String], definesRest: Bool,
    results: [(name: String, value: ValueID, tensor: HostTensor)] = [],
    isBad: (Row) -> Bool, choice: String? = nil
  ) throws(InceptError) -> Found {
    var found = Found()
    var isGood = true
    var known: [ValueID: ExpectedTensor] = [:]
    var reads: [ValueID: Int] = users.mapValues(\.count)
    for id in graph.inputs {
      if let feed = feeds[graph[id].name] {
        known[ValueID(id)] = .exact(ReferenceTensor(feed, as: graph[id].type.elementType))
      }
    }
    let nodes = graph.topologicalOrder().map { graph[$0] }.filter(\.op.isComputed)
    for (number, node) in nodes.enumerated() {
      if !definesRest { session.report("comparing", number, of: nodes.count) }
      let expected = try self.expected(node, &source, known, definesRest: definesRest)
      let isWanted = node.outputs.indices.contains {
        expected[$0] != nil && wanted[ValueID(node.id, output: $0)] != nil
      }
      let alone = isWanted ? try runAlone(node, known) : nil
      for (index, tensor) in expected.sorted(by: { $0.key < $1.key }) {
        let value = ValueID(node.id, output: index)
        for result in results where result.value == value {
          found.results.append(
            Row(
              name: result.name, value: value, error: difference(result.tensor, tensor, value),
              own: nil))
        }
        guard let name = wanted[value], let here = actual[value] else { continue }
        let row = Row(
          name: name, value: value, error: difference(here, tensor, value),
          own: alone.map { difference($0[index], tensor, value) })
        found.rows.append(row)
        let isFirstBad = isGood && isBad(row)
        if isFirstBad { isGood = false }
        if isFirstBad || name == choice,
          let evidence = evidence(node, known, expected, alone, actual)
        {
          found.evidence.append(evidence)
        }
      }
      for (index, tensor) in expected {
        let value = ValueID(node.id, output: index)
        if reads[value, default: 0] > 0 { known[value] = tensor }
      }
      for input in node.inputs {
        reads[input, default: 0] -= 1
        if reads[input, default: 0] <= 0 { known[input] = nil }
      }
    }
    return found
  }

  private func difference(
    _ actual: HostTensor, _ expected: ExpectedTensor, _ value: ValueID
  ) -> LayerDifference {
    LayerDifference(actual, expected).permuted(names.permutation(value))
  }

  private func expected(
    _ node: Node, _ source: inout some ExpectedValues, _ known: [ValueID: ExpectedTensor],
    definesRest: Bool
  ) throws(InceptError) -> [Int: ExpectedTensor] {
    var result: [Int: ExpectedTensor] = [:]
    for (index, type) in node.outputs.enumerated() {
      let tensor = try source.value(ValueID(node.id, output: index))
      if let tensor, tensor.shape == type.shape { result[index] = tensor }
    }
    // What is only looked at in another way needs no source.
    guard definesRest || launches[node.id] == nil, result.count < node.outputs.count,
      let inputs = operands(node, { known[$0]?.reference(graph.type(of: $0).elementType) })
    else { return result }
    let defined = try ReferenceEvaluator.outputs(of: node, inputs)
    for (index, tensor) in defined.enumerated() where result[index] == nil {
      result[index] = .exact(tensor)
    }
    return result
  }

  /// All that a node reads, constants included; nil where `value` doesn't know something.
  private func operands(
    _ node: Node, _ value: (ValueID) -> ReferenceTensor?
  ) -> [ReferenceTensor]? {
    let operands = node.inputs.compactMap { input in
      graph.constant(input).map { ReferenceTensor($0) } ?? value(input)
    }
    return operands.count == node.inputs.count ? operands : nil
  }

  /// What the device computes from what a node is expected to read; nil for views, and where that isn't known.
  private func runAlone(
    _ node: Node, _ known: [ValueID: ExpectedTensor]
  ) throws(InceptError) -> [HostTensor]? {
    guard let numbers = launches[node.id], !numbers.isEmpty else { return nil }
    var inputs: [(view: TensorView, tensor: HostTensor)] = []
    for input in Set(node.inputs) where graph.constant(input) == nil {
      guard let tensor = known[input], let view = plan.views[input] else { return nil }
      inputs.append((view, tensor.host))
    }
    let views = node.outputs.indices.compactMap { plan.views[ValueID(node.id, output: $0)] }
    guard views.count == node.outputs.count else { return nil }
    return try executable.runAlone(numbers, feeding: inputs, reading: views)
  }

  // MARK: The first bad layer

  private func evidence(
    _ node: Node, _ known: [ValueID: ExpectedTensor], _ expected: [Int: ExpectedTensor],
    _ alone: [HostTensor]?, _ actual: [ValueID: HostTensor]
  ) -> Evidence? {
    let data = Set(node.inputs.filter { graph.constant($0) == nil })
    let isKnown = data.allSatisfy { known[$0] != nil }
    var inputs: [ValueID: HostTensor] = [:]
    for input in data {
      inputs[input] =
        isKnown ? known[input]?.host : actual[input] ?? feeds[graph.producer(of: input).name]
    }
    let found = alone ?? node.outputs.indices.compactMap { actual[ValueID(node.id, output: $0)] }
    guard inputs.count == data.count, found.count == node.outputs.count else { return nil }
    var seen: [ValueID: HostTensor] = [:]
    for input in data { seen[input] = actual[input] ?? feeds[graph.producer(of: input).name] }
    return Evidence(
      node: node, inputs: inputs, hasExpectedInputs: isKnown, expected: expected.mapValues(\.host),
      actual: found, seen: seen,
      given: node.outputs.indices.compactMap { actual[ValueID(node.id, output: $0)] })
  }

  /// How far the device's results of a layer are from the layer's own definition, as the optimised network has it, on
  /// the same inputs.
  func kernelErrors(_ evidence: Evidence) throws(InceptError) -> [LayerDifference] {
    try errors(evidence.node, evidence.inputs, evidence.actual)
  }

  /// The same for the layer in the network, on what the layers before gave.
  func networkErrors(_ evidence: Evidence) throws(InceptError) -> [LayerDifference] {
    try errors(evidence.node, evidence.seen, evidence.given)
  }

  private func errors(
    _ node: Node, _ inputs: [ValueID: HostTensor], _ results: [HostTensor]
  ) throws(InceptError) -> [LayerDifference] {
    let operands = operands(node) { input in
      inputs[input].map { ReferenceTensor($0, as: graph.type(of: input).elementType) }
    }
    guard let operands, results.count == node.outputs.count else { return [] }
    let defined = try ReferenceEvaluator.outputs(of: node, operands)
    return zip(results, defined).map { LayerDifference($0, .exact($1)) }
  }
}

extension HostTensor {
  /// Whether both have the same shape, type and bits.
  fileprivate func hasSameBits(as other: HostTensor) -> Bool {
    guard shape == other.shape, elementType == other.elementType else { return false }
    return withUnsafeBytes { left in other.withUnsafeBytes { left.elementsEqual($0) } }
  }
}

extension [Int] {
  /// The permutation that undoes this one.
  var inversePermutation: [Int] {
    var inverse = self
    for (index, axis) in enumerated() { inverse[axis] = index }
    return inverse
  }
}
