import Foundation
import OpenCLBackend
import OpenCLRuntime
import Operators
import Profiling
import WireFormats

/// A layer with all that it takes to run it alone, as a folder.
struct Reproducer {
  private let session: Session
  private let comparison: Comparison
  private let evidence: Comparison.Evidence
  private let layer: CompareReport.Layer
  private let tolerance: Double

  init(
    _ session: Session, _ comparison: Comparison, _ evidence: Comparison.Evidence,
    _ layer: CompareReport.Layer, tolerance: Double
  ) {
    self.session = session
    self.comparison = comparison
    self.evidence = evidence
    self.layer = layer
    self.tolerance = tolerance
  }

  private static let model = "layer.safetensors"
  private static let values = "expected.safetensors"

  /// Requires that there is nothing at `path`, or an empty folder.
  ///
  /// - Throws: `.cannotCreate`.
  static func requireFree(_ path: String) throws(InceptError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return }
    let contents = try? FileManager.default.contentsOfDirectory(atPath: path)
    guard isFolder.boolValue, contents?.isEmpty == true else {
      throw InceptError(
        .cannotCreate, subject: path, expected: "expected an empty folder or none",
        found: isFolder.boolValue ? "one with files in it" : "a file",
        hint: "name another folder")
    }
  }

  /// Writes the folder, which appears whole or not at all, and tries the layer in it.
  ///
  /// - Throws: `.cannotCreate` where it can't be written.
  func write(to path: String) throws(InceptError) -> CompareReport.Reproducer {
    let folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let temporary = "\(folder).\(UUID().uuidString).tmp"
    guard mkdir(temporary, 0o777) == 0 else { throw Self.unwritable(folder) }
    defer { try? FileManager.default.removeItem(atPath: temporary) }
    do throws(InceptError) {
      let reproduces = try fill(temporary)
      guard rename(temporary, folder) == 0 else { throw Self.unwritable(folder) }
      return CompareReport.Reproducer(
        folder: folder, layer: layer.name, command: command(in: folder + "/"),
        reproduces: reproduces)
    } catch {
      // People know the folder by its final name.
      throw error.subject.hasPrefix(temporary)
        ? error.about(folder + error.subject.dropFirst(temporary.count)) : error
    }
  }

  private static func unwritable(_ path: String) -> InceptError {
    InceptError(
      .cannotCreate, subject: path, expected: "expected a folder that can be written",
      found: String(cString: strerror(errno)))
  }

  // MARK: Files

  /// Writes all files. Returns whether the layer alone is beyond the tolerance too.
  private func fill(_ folder: String) throws(InceptError) -> Bool {
    let (graph, inputs, results) = try alone()
    let stored = try StoredWeights(graph)
    try Safetensors.write(stored.tensors, metadata: stored.metadata, to: "\(folder)/\(Self.model)")
    let expected = results.compactMap { result in
      evidence.expected[result.output].map { (name: result.name, tensor: $0) }
    }
    try Safetensors.write(
      inputs + expected, metadata: ["format": "incept"], to: "\(folder)/\(Self.values)")
    let actual = results.map { (name: $0.name, tensor: evidence.actual[$0.output]) }
    var files: Set<String> = []
    for (kind, tensors) in [("input", inputs), ("expected", expected), ("actual", actual)] {
      for (name, tensor) in tensors {
        let file = TensorFolder.fileName("\(kind).\(name)")
        // Names that differ in '/' alone; all of them are in the safetensors file.
        guard files.insert(file).inserted, file.utf8.count < 250 else { continue }
        try NPY.write(tensor, to: "\(folder)/\(file)")
      }
    }
    try writeKernels(folder)
    let reproduces = try isBadAlone(folder)
    try TextFile.write(readMe(inputs, results, reproduces), to: "\(folder)/README.txt")
    return reproduces
  }

  /// The layer as a network of its own, in the engine's axis order; its inputs, and its results with their numbers.
  private func alone() throws(InceptError) -> (
    graph: Graph, inputs: [(name: String, tensor: HostTensor)],
    results: [(name: String, output: Int)]
  ) {
    let (node, whole) = (evidence.node, comparison.graph)
    var graph = Graph(name: "\(layer.name) of \(whole.name)", axisOrder: .nhwc)
    var values: [ValueID: ValueID] = [:]
    var inputs: [(name: String, tensor: HostTensor)] = []
    for value in node.inputs where values[value] == nil {
      let name = graph.freeName(whole.label(value))
      if let constant = whole.constant(value) {
        values[value] = try graph.add(Constant(constant), name: name)
      } else {
        values[value] = try graph.add(Input(whole.type(of: value)), name: name)
        inputs.append(
          (name, evidence.inputs[value] ?? .filled(whole.type(of: value).shape, with: 0)))
      }
    }
    let first = try graph.add(
      node.op, node.inputs.compactMap { values[$0] }, name: graph.freeName(node.name),
      sources: node.sources)
    var results: [(name: String, output: Int)] = []
    for output in node.outputs.indices {
      let value = ValueID(node.id, output: output)
      let name =
        output == layer.output(in: comparison, node) ? layer.name : comparison.names.name(value)
      let isFree = !results.contains { $0.name == name } && !inputs.contains { $0.name == name }
      let own = isFree ? name : "\(name):\(output)"
      graph.outputs.append(
        GraphOutput(name: own, value: ValueID(first.node, output: output)))
      results.append((own, output))
    }
    return (graph, inputs, results)
  }

  private func writeKernels(_ folder: String) throws(InceptError) {
    for (number, launch) in comparison.launches(of: evidence.node.id).enumerated() {
      try TextFile.write(try launch.kernel.source(), to: "\(folder)/kernel-\(number).cl")
    }
    let description = Description(
      layer: layer, model: session.model.reported, device: session.device.reported,
      attributes: Dictionary(
        evidence.node.op.attributes.map { ($0.name, "\($0.value)") }, uniquingKeysWith: { $1 }),
      hasExpectedInputs: evidence.hasExpectedInputs, tolerance: tolerance,
      launches: launches, command: command(in: ""))
    try TextFile.write(try description.json(), to: "\(folder)/layer.json")
  }

  private var launches: [Description.Step] {
    let options = Program.complete("", for: session.backend.info)
    return comparison.launches(of: evidence.node.id).enumerated().map { number, launch in
      Description.Step(
        name: launch.label, variant: launch.variant, kernel: launch.kernel.entry,
        file: launch.kernel.file, source: "kernel-\(number).cl", options: options,
        global: launch.global, local: launch.local)
    }
  }

  /// What a reproducer says of its layer: `layer.json`.
  private struct Description: Report {
    var schema = "incept.reproducer/1"
    var layer: CompareReport.Layer
    var model: ReportedModel
    var device: ReportedDevice
    var attributes: [String: String]
    var hasExpectedInputs: Bool
    var tolerance: Double
    var launches: [Step]
    var command: String

    enum CodingKeys: String, CodingKey {
      case schema, layer, model, device, attributes
      case hasExpectedInputs = "expected_inputs"
      case tolerance, launches, command
    }

    struct Step: Codable {
      var name: String
      var variant: String
      var kernel: String
      var file: String
      var source: String
      var options: String
      var global: [Int]
      var local: [Int]?
    }
  }

  // MARK: Trying

  /// Whether the layer in the folder, read anew and run alone, is beyond the tolerance.
  private func isBadAlone(_ folder: String) throws(InceptError) -> Bool {
    let model = try Model.load("\(folder)/\(Self.model)")
    let session = try Session(model, on: session.device, options: session.options)
    let report = try session.compare(
      CompareOptions(against: .file("\(folder)/\(Self.values)"), tolerance: tolerance))
    return !report.agrees
  }

  /// The command that runs the layer alone, with the files in a folder, whose path ends in `/`.
  private func command(in folder: String) -> String {
    let options = session.options
    var words = [
      "incept", "compare", Self.quoted(folder + Self.model), "--against",
      Self.quoted(folder + Self.values), "--tolerance", "\(tolerance)", "--device",
      session.device.index,
    ]
    if options.accuracy != .high { words += ["--accuracy", options.accuracy.rawValue] }
    if options.precision != .fp32 { words += ["--precision", options.precision.rawValue] }
    if !options.usesTuning { words.append("--no-tuning") }
    return words.joined(separator: " ")
  }

  /// `text` as one word of a shell.
  private static func quoted(_ text: String) -> String {
    let isPlain = text.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "._-/:=+,".contains($0))
    }
    return isPlain ? text : "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }

  private func readMe(
    _ inputs: [(name: String, tensor: HostTensor)], _ results: [(name: String, output: Int)],
    _ reproduces: Bool
  ) -> String {
    let steps = launches.map {
      "  \($0.source)  \($0.kernel) of \($0.file), variant \($0.variant), global \($0.global)"
        + ($0.local.map { ", local \($0)" } ?? "")
        + ($0.options.isEmpty ? ", no build options" : ", built with \($0.options)")
    }
    return """
      \(layer.op) '\(layer.name)' of \(session.model.reported.line)
      on \(session.device.reported.line)

      In this folder, this runs the layer alone and compares it:

        \(command(in: ""))

      In the network its error was \(NumberText.scientific(layer.error.relativeError)) of its largest value\
      \(layer.own.map { ", on the inputs here \(NumberText.scientific($0.relativeError))" } ?? ""); \
      the tolerance is \(NumberText.scientific(tolerance)).
      Alone, when this folder was written, it was \(reproduces ? "beyond" : "within") the tolerance.

      layer.safetensors           the layer as a model, with its weights
      expected.safetensors        its inputs, \(evidence.hasExpectedInputs ? "as they are expected" : "as the device had them"), and what is expected of it
      input.*.npy expected.*.npy  the same for NumPy; images are NHWC
      actual.*.npy                what the device gave for these inputs
      layer.json                  the layer, its error and its kernels

      Kernels, as they were built:
      \(steps.joined(separator: "\n"))

      """
  }
}

extension CompareReport.Layer {
  /// Which of its node's results the layer is.
  fileprivate func output(in comparison: Comparison, _ node: Node) -> Int {
    node.outputs.indices.first {
      comparison.names.name(ValueID(node.id, output: $0)) == name
    } ?? 0
  }
}
