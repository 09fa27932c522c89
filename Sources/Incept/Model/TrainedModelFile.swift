import Operators
import WireFormats

/// A network that Incept trained, in a safetensors file: its graph and constants, how pictures are prepared for it, the
/// names of its classes, and what else the trainer wants to find again. ``Model/load(_:weights:cache:shapes:values:)`` reads
/// such a file as any other model, so `incept run` takes pictures at once.
package struct TrainedModelFile: Sendable {
  /// The network for inference: one image input, one result of a number per class.
  package var graph: Graph
  /// How pictures are prepared.
  package var preprocessing: TrainedPreprocessing
  /// The names of the classes, class 0 first.
  package var labels: [String]
  /// Further tensors by name, such as an optimiser's state; none has the name of a constant of the graph.
  package var tensors: [String: HostTensor]
  /// Further text by key; keys that begin with `incept.` are named by ``StoredWeights/Key`` unless they are the trainer's.
  package var metadata: [String: String]

  /// The key of what the network was trained on.
  package static let deviceKey = "incept.device"

  /// What a file says of the device that its network was trained on: all that rounding may depend on.
  package static func deviceText(_ device: Device) -> String {
    "\(device.name), \(device.platform), \(device.driver), \(device.version), "
      + "\(device.computeUnits) compute units"
  }

  /// Creates the contents of a file.
  package init(
    graph: Graph, preprocessing: TrainedPreprocessing, labels: [String],
    tensors: [String: HostTensor] = [:], metadata: [String: String] = [:]
  ) {
    self.graph = graph
    self.preprocessing = preprocessing
    self.labels = labels
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Writes the file, which appears whole or not at all; one that was there is replaced.
  ///
  /// - Throws: `.cannotCreate` where it can't be written, `.badData` for names that it can't hold.
  package func write(to path: String) throws(InceptError) {
    let stored = try StoredWeights(graph)
    let model = Model(graph)
    var all = metadata.merging(stored.metadata) { $1 }
    all[StoredWeights.Key.inputs] = model.inputs.map { "\($0.name) \($0.shape)" }
      .joined(separator: ", ")
    all[StoredWeights.Key.outputs] = model.outputs.joined(separator: ", ")
    all[StoredWeights.Key.axisOrder] = graph.axisOrder == .nchw ? "nchw" : "nhwc"
    all[StoredWeights.Key.preprocessing] = try preprocessing.json()
    all[StoredWeights.Key.labels] = try StoredLabels.json(labels)
    let further = tensors.sorted { $0.key < $1.key }.map { (name: $0.key, tensor: $0.value) }
    try Safetensors.write(stored.tensors + further, metadata: all, to: path)
  }

  /// Reads a file that ``write(to:)`` made.
  ///
  /// - Throws: `.noInput`, `.ioError`; `.badData` for another file.
  package init(path: String) throws(InceptError) {
    let file = try Safetensors.read(MappedFile(path: path))
    guard let graph = try StoredWeights.graph(file),
      let preprocessing = try TrainedPreprocessing(
        file.metadata[StoredWeights.Key.preprocessing], source: path),
      let labels = try StoredLabels.read(file.metadata, source: path)
    else {
      throw InceptError(
        .badData, subject: path, expected: "expected a network that `incept train` wrote",
        found: "another file")
    }
    let constants = Set(
      graph.topologicalOrder().filter { graph[$0].op is Constant }.map { graph[$0].name })
    self.init(
      graph: graph, preprocessing: preprocessing, labels: labels,
      tensors: Dictionary(
        file.entries.filter { !constants.contains($0.name) }.map { ($0.name, $0.tensor) },
        uniquingKeysWith: { first, _ in first }),
      metadata: file.metadata)
  }
}
