import Datasets
import GraphIR
import Imaging
import ImportKeras
import Models
import Operators
import Passes
import TensorCore
import WireFormats

/// What is done with the result of reading: as much as a run would do before any device is asked.
enum Use {
  /// The networks that weights may belong to: describing all of them takes longer than reading a small file.
  private static let candidates = ArchitectureCatalog.forms(of: "digits_cnn")
  /// Elements of tensors that are computed to look at them.
  private static let elementLimit = 1 << 16

  /// Asks what a file is.
  static func detection(of file: MappedFile) { _ = WeightFileFormat.detect(file).summary }

  /// Computes what training asks of images.
  static func images(_ images: LabelledImages) {
    let normalisation = Normalisation(of: images, rows: 0..<images.count)
    _ = images.batch(0..<min(images.count, 4), normalisation)
    _ = images.hasDarkGround(rows: 0..<images.count)
    for row in 0..<min(images.count, 4) { _ = (images.picture(of: row), images.origin(of: row)) }
    _ = Split(labels: images.labels, validation: 0.2, seed: 0)
  }

  /// Checks a graph, reads its constants and runs the passes that `incept` runs.
  static func graph(_ graph: Graph) throws(InceptError) {
    try graph.verify()
    for id in graph.topologicalOrder() {
      if let constant = graph[id].op as? Constant { tensor(constant.tensor) }
    }
    let optimised = try PassPipeline().run(graph).graph
    try optimised.verify()
  }

  /// Reads a Keras file's network, or looks for the built-in one that its weights belong to.
  static func keras(_ file: KerasWeightFile) throws(InceptError) {
    switch file.weights {
    case .legacy(let layers): layers.forEach { $0.weights.forEach { tensor($0.tensor) } }
    case .numbered(let groups): groups.forEach { $0.variables.forEach { tensor($0.tensor) } }
    case .whole(let named): named.forEach { tensor($0.tensor) }
    }
    if KerasModel.hasArchitecture(file) {
      try graph(KerasModel.importGraph(file, source: file.source).graph)
    } else if case .legacy(let layers) = file.weights {
      let found = try ArchitectureCatalog.recognise(
        layers: layers, source: file.source, among: candidates)
      try found.0.check(found.1)
    }
  }

  /// Reads tensors, and looks for the built-in network that they belong to.
  static func weights(_ tensors: NamedTensors) throws(InceptError) {
    tensors.entries.forEach { tensor($0.tensor) }
    let values = ParameterSet(
      source: tensors.source,
      tensors: Dictionary(
        tensors.entries.map { ($0.name, $0.tensor) }, uniquingKeysWith: { _, last in last }))
    try ArchitectureCatalog.recognise(values, among: candidates).check(values)
  }

  /// Reads a tensor: all elements of a small one, the ends of any other that is stored.
  static func tensor(_ tensor: HostTensor) {
    if tensor.elementCount <= elementLimit {
      _ = tensor.withUnsafeBytes { $0.reduce(0) { $0 ^ $1 } }
      _ = tensor.floats()
    } else if tensor.storage != nil {
      _ = tensor.withUnsafeBytes { ($0.first ?? 0) ^ ($0.last ?? 0) }
    }
  }

  /// Decodes a picture and makes the tensor of a network's input of it.
  static func picture(_ bytes: UnsafeRawBufferPointer, _ name: String) throws(InceptError) {
    let picture = try Image.decode(bytes: bytes, name: name)
    // Resizing takes time that is better spent on decoding.
    guard picture.pixels.count <= elementLimit else { return }
    tensor(try Preprocessing.torchvision.tensor(of: picture, height: 8, width: 8, layout: .nchw))
  }
}
