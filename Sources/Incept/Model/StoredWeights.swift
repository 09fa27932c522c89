import GraphFiles
import ImportKeras
import Models
import Operators
import WireFormats

/// A network's weights under the framework's names and in its layouts, and what a file of them has to say about the
/// network.
struct StoredWeights: Sendable {
  /// Keys of what a file says, besides `format`.
  enum Key {
    static let architecture = "incept.architecture"
    static let inputs = "incept.inputs"
    static let outputs = "incept.outputs"
    static let axisOrder = "incept.axis_order"
    static let preprocessing = "incept.preprocessing"
    static let labels = "incept.labels"
    static let graph = GraphDocument.key
    static let kerasConfig = "keras.model_config"
    static let kerasVersion = "keras.version"
  }

  /// Names and tensors.
  let tensors: [(name: String, tensor: HostTensor)]
  /// What the file says.
  let metadata: [String: String]

  /// The parameters of a built-in architecture.
  init(_ architecture: Architecture, _ values: ParameterSet) {
    tensors = architecture.parameters.compactMap { spec in
      values[spec.name].map { (spec.name, $0) }
    }
    metadata = [
      "format": architecture.framework == .torch ? "pt" : "tf",
      Key.architecture: architecture.identifier,
    ]
  }

  /// The weights of a Keras model, which go with its architecture.
  init(_ model: ImportedModel) {
    tensors = model.weights
    var metadata = ["format": "tf", Key.kerasConfig: model.config]
    metadata[Key.kerasVersion] = model.kerasVersion
    self.metadata = metadata
  }

  /// The constants of any other graph, in the engine's layouts, and the graph.
  init(_ graph: Graph) throws(InceptError) {
    tensors = graph.topologicalOrder().compactMap { id in
      (graph[id].op as? Constant).map { (graph[id].name, $0.tensor) }
    }
    metadata = ["format": "incept", Key.graph: try GraphDocument(graph).json()]
  }

  /// The graph that a file of weights says; nil for other files.
  static func graph(_ file: NamedTensors) throws(InceptError) -> Graph? {
    guard let text = file.metadata[Key.graph] else { return nil }
    let tensors = Dictionary(
      file.entries.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    return try GraphDocument(json: text, source: file.source).graph(tensors, source: file.source)
  }

  /// The Keras model whose architecture a file of weights says; nil for other files.
  static func kerasModel(_ file: NamedTensors) throws(InceptError) -> ImportedModel? {
    guard let config = file.metadata[Key.kerasConfig] else { return nil }
    return try KerasModel.importGraph(
      modelConfig: config, weights: .whole(file.entries),
      kerasVersion: file.metadata[Key.kerasVersion], source: file.source)
  }
}
