import OpenCLBackend
import Operators
import Passes
import WireFormats

extension Session {
  /// Compares the network layer by layer, as it is planned for the device, with what is expected of it.
  ///
  /// The launches, their order and their memory are those of a run; each launch is waited for and its value read. Two
  /// errors are told of a layer: that of its value in the network, and its own on the inputs that are expected.
  /// Values that fusion has swallowed are compared where they are asked for or the file has them, from a network that
  /// keeps them.
  ///
  /// - Throws: what running the network throws; `.badData` for a file none of whose tensors is a layer, or with one of
  ///   another shape; `.usage` for names that there are not; `.cannotCreate` for a folder that can't be written.
  public func compare(
    _ options: CompareOptions = CompareOptions()
  ) throws(InceptError) -> CompareReport {
    var run = try CompareRun(self, options)
    return try run.report()
  }
}

/// The steps of a comparison.
private struct CompareRun {
  let session: Session
  let options: CompareOptions
  let tolerance: Double
  let ownTolerance: Double
  let file: NamedTensors?
  let inputs: ComparedInputs
  private var layers: [(layer: CompareReport.Layer, row: Comparison.Row, part: Int)] = []
  private var results: [CompareReport.Layer] = []
  private var parts: [(comparison: Comparison, evidence: [Comparison.Evidence])] = []
  private var missing: [String] = []
  private var unmatched: [String] = []

  init(_ session: Session, _ options: CompareOptions) throws(InceptError) {
    self.session = session
    self.options = options
    let usual = CompareOptions.defaultTolerance(
      session.options.accuracy, session.options.precision)
    tolerance = options.tolerance ?? usual
    ownTolerance = options.tolerance ?? usual * CompareOptions.ownPart
    if let dump = options.dump { try Reproducer.requireFree(dump) }
    guard options.layer == nil || options.dump != nil else {
      throw InceptError(
        .usage, subject: "--layer", expected: "expected --dump DIR with it", found: "none")
    }
    _ = try session.model.requesting(outputs: options.outputs)
    file =
      if case .file(let path) = options.against { try Safetensors.read(path: path) } else { nil }
    inputs = try ComparedInputs(session, options, activations: file)
  }

  mutating func report() throws(InceptError) -> CompareReport {
    let (session, feeds, fault) = (session, inputs.feeds, options.fault)
    let shapes = feeds.mapValues(\.shape)
    let first = try session.preparing(for: feeds) { () throws(InceptError) in
      try Comparison(session, feeds, fault: fault)
    }
    var activations: Activations?
    if let file {
      activations = try Activations(
        file, session.model, try session.model.requesting(shapes))
      unmatched = activations?.unmatched ?? []
    }
    let asked = activations?.known ?? []
    // What fusion has swallowed, in a network of its own.
    let apart = (asked + options.outputs).filter { first.names.places[$0] == nil }
    var parts = [(comparison: first, wanted: try wanted(first, activations, asked))]
    if !apart.isEmpty {
      let second = try Comparison(session, feeds, outputs: apart, fault: fault)
      var wanted: [ValueID: String] = [:]
      for output in second.graph.outputs where apart.contains(output.name) {
        guard second.graph.producer(of: output.value).op.isComputed else { continue }
        wanted[output.value] = output.name
      }
      parts.append((second, wanted))
    }
    try requireLayer(parts.flatMap { $0.wanted.values })
    for (number, part) in parts.enumerated() where !part.wanted.isEmpty {
      try compare(part.comparison, part.wanted, activations, number: number)
    }
    return try finished()
  }

  /// The values of the first network that are compared, with their names.
  private mutating func wanted(
    _ comparison: Comparison, _ activations: Activations?, _ asked: [String]
  ) throws(InceptError) -> [ValueID: String] {
    var wanted: [ValueID: String] = [:]
    guard activations != nil else {
      for value in comparison.values { wanted[value] = comparison.names.name(value) }
      return wanted
    }
    for name in asked {
      if let place = comparison.names.places[name], wanted[place.value] == nil {
        wanted[place.value] = name
      }
    }
    // Views compute nothing, so that nothing is missed about them.
    missing = comparison.values.filter {
      wanted[$0] == nil && !comparison.launches(of: $0.node).isEmpty
    }.map { comparison.names.name($0) }
    return wanted
  }

  private func requireLayer(_ names: [String]) throws(InceptError) {
    guard let layer = options.layer, !names.contains(layer) else { return }
    let close = CloseMatches.of(layer, among: names.sorted())
    throw InceptError(
      .usage, subject: "--layer '\(layer)'", expected: "expected a layer that is compared",
      found: "none of that name",
      hint: close.isEmpty
        ? "`incept compare` without it lists them"
        : "did you mean \(close.joined(separator: ", "))?")
  }

  // MARK: Comparing

  private mutating func compare(
    _ comparison: Comparison, _ wanted: [ValueID: String], _ activations: Activations?, number: Int
  ) throws(InceptError) {
    let actual = try comparison.actualValues()
    let differing = number == 0 ? try comparison.resultsThatDiffer(from: actual) : []
    let found: Comparison.Found
    let isBad = { [self] (row: Comparison.Row) in !isWithin(row, comparison) }
    switch options.against {
    case .reference:
      var places: [ValueID: ValueID] = [:]
      for value in comparison.values { places[value] = comparison.names.importedValue(value) }
      let session = session
      var source = ReferenceValues(comparison.names.imported, comparison.feeds, places: places) {
        session.report("computing the reference", $0, of: $1)
      }
      found = try comparison.rows(
        actual, against: &source, wanted: wanted, definesRest: true, results: differing,
        isBad: isBad, choice: options.layer)
    case .device(let device):
      let other = try Session(session.model, on: device, options: session.options)
      var source = StoredValues(
        try Comparison(other, comparison.feeds, outputs: comparison.outputs).actualValues())
      found = try comparison.rows(
        actual, against: &source, wanted: wanted, definesRest: false, results: differing,
        isBad: isBad, choice: options.layer)
    case .file:
      var source = StoredValues(try stored(comparison, wanted, activations))
      found = try comparison.rows(
        actual, against: &source, wanted: wanted, definesRest: false, results: differing,
        isBad: isBad, choice: options.layer)
    }
    results += found.results.map { layer($0, comparison, isApart: false) }
    parts.append((comparison, found.evidence))
    for row in found.rows {
      insert(layer(row, comparison, isApart: number > 0), row, comparison)
    }
  }

  /// What the file has, by value.
  private func stored(
    _ comparison: Comparison, _ wanted: [ValueID: String], _ activations: Activations?
  ) throws(InceptError) -> [ValueID: HostTensor] {
    var tensors: [ValueID: HostTensor] = [:]
    guard let activations else { return tensors }
    // All that the file has helps to tell a layer's own error.
    for name in activations.known {
      let output =
        comparison.graph.outputs.first { $0.name == name } ?? comparison.names.places[name]
      guard let output, tensors[output.value] == nil || wanted[output.value] == name else {
        continue
      }
      tensors[output.value] = try activations.tensor(
        name, as: comparison.graph.type(of: output.value),
        order: comparison.graph.permutationForPeople(of: output))
    }
    return tensors
  }

  private func isWithin(_ row: Comparison.Row, _ comparison: Comparison) -> Bool {
    if let own = row.own {
      if options.isIsolated { return own.isWithin(ownTolerance) }
      // What a layer would do to inputs that it does not get is no fault of the network.
      return row.error.isWithin(tolerance)
        && (own.isWithin(ownTolerance) || row.error.isWithin(ownTolerance))
    }
    // A view has no error of its own.
    let isView = comparison.launches(of: row.value.node).isEmpty
    return options.isIsolated && isView || row.error.isWithin(tolerance)
  }

  private func layer(
    _ row: Comparison.Row, _ comparison: Comparison, isApart: Bool
  ) -> CompareReport.Layer {
    let node = comparison.graph[row.value.node]
    let type = comparison.graph.type(of: row.value)
    let launches = comparison.launches(of: node.id)
    let order = comparison.names.permutation(row.value)
    return CompareReport.Layer(
      name: row.name, op: node.op.mnemonic,
      variant: (launches.first { $0.label == node.name } ?? launches.first)?.variant ?? "",
      sources: node.sources,
      shape: (order.map { type.shape.permuted($0) } ?? type.shape).dimensions,
      type: type.elementType.rawValue, isApart: isApart, isWithin: isWithin(row, comparison),
      error: row.error, own: row.own)
  }

  /// Adds a layer where it belongs in the imported network's order.
  private mutating func insert(
    _ layer: CompareReport.Layer, _ row: Comparison.Row, _ comparison: Comparison
  ) {
    let entry = (layer, row, parts.count - 1)
    guard layer.isApart, let position = comparison.names.positions[row.name] else {
      return layers.append(entry)
    }
    let place = layers.firstIndex { other in
      comparison.names.positions[other.layer.name].map { $0 > position } ?? false
    }
    layers.insert(entry, at: place ?? layers.endIndex)
  }

  // MARK: The verdict

  private func finished() throws(InceptError) -> CompareReport {
    let index = layers.firstIndex { !$0.layer.isWithin }
    var bad: CompareReport.FirstBad?
    if let index {
      bad = try firstBad(index)
    } else if let result = results.first(where: { !$0.isWithin }) {
      bad = CompareReport.FirstBad(name: result.name, index: layers.count, cause: .order)
    }
    return CompareReport(
      model: session.model.reported, device: session.device.reported, against: against,
      accuracy: session.options.accuracy, precision: session.options.precision,
      inputs: inputs.reported, tolerance: tolerance, ownTolerance: ownTolerance,
      isIsolated: options.isIsolated,
      agrees: bad == nil, firstBad: bad, layers: layers.map(\.layer), results: results,
      missing: missing, unmatched: unmatched, reproducer: try reproducer(index))
  }

  private var against: CompareReport.Source {
    switch options.against {
    case .reference:
      CompareReport.Source(
        kind: "reference", name: "the definitions of the operators, in Double, before any pass")
    case .device(let device):
      CompareReport.Source(
        kind: "device",
        name: device.reported.line
          + (device == session.device ? ", the same: a second run" : ""))
    case .file(let path): CompareReport.Source(kind: "file", name: path)
    }
  }

  private func firstBad(_ index: Int) throws(InceptError) -> CompareReport.FirstBad {
    let (layer, row, part) = layers[index]
    var bad = CompareReport.FirstBad(name: layer.name, index: index)
    let (comparison, evidence) = parts[part]
    if comparison.launches(of: row.value.node).isEmpty {
      bad.cause = .inputs
      return bad
    }
    guard let evidence = evidence.first(where: { $0.node.id == row.value.node }) else { return bad }
    let kernel = try comparison.kernelErrors(evidence)
    guard kernel.indices.contains(row.value.output) else { return bad }
    bad.kernelError = kernel[row.value.output].relativeError
    if !kernel[row.value.output].isWithin(ownTolerance) {
      bad.cause = .kernel
    } else if let own = row.own {
      bad.cause =
        !own.isWithin(ownTolerance)
        ? .definition
        : try comparison.networkErrors(evidence).allSatisfy { $0.isWithin(ownTolerance) }
          ? .inputs : .memory
    } else {
      bad.cause = .before
    }
    return bad
  }

  private func reproducer(_ bad: Int?) throws(InceptError) -> CompareReport.Reproducer? {
    guard let folder = options.dump else { return nil }
    guard
      let index = options.layer.map({ name in layers.firstIndex { $0.layer.name == name } }) ?? bad
    else { return nil }
    let (layer, row, part) = layers[index]
    let evidence = parts[part].evidence.first { $0.node.id == row.value.node }
    guard let evidence else { return nil }
    return try Reproducer(
      session, parts[part].comparison, evidence, layer,
      tolerance: row.own == nil ? tolerance : ownTolerance
    ).write(to: folder)
  }
}
