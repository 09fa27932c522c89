import Imaging
import ImportKeras
import ImportTensorFlow
import Models
import Operators
import WireFormats

/// Models from files; what a file is, its content says.
enum ModelFile {
  /// The network in the file at `path`, or for weights alone that of `candidates` which they belong to.
  ///
  /// - Parameter weightsOnly: Takes no more than the weights from a file that describes a network of its own.
  static func model(
    _ path: String, among candidates: [Architecture], weightsOnly: Bool, _ start: Stopwatch
  ) throws(InceptError) -> Model {
    let file = try MappedFile(path: path)
    switch WeightFileFormat.detect(file) {
    case .torchZip, .torchLegacy:
      return try recognised(ParameterSet(try TorchFile.read(file)), among: candidates, start)
    case .safetensors:
      return try recognised(ParameterSet(try Safetensors.read(file)), among: candidates, start)
    case .hdf5:
      let keras = try KerasWeightFile(HDF5File(file))
      if !weightsOnly, KerasModel.hasArchitecture(keras) {
        return imported(try KerasModel.importGraph(keras, source: path), path, start)
      }
      let (architecture, values) = try ArchitectureCatalog.recognise(
        layers: keras.layers, source: keras.source, among: candidates)
      return try architecture.model(values, start)
    case .graphDef where !weightsOnly:
      return imported(try TensorFlowModel.importGraph(file), path, start)
    case let format:
      throw InceptError(
        .badData, subject: path,
        expected:
          "expected torch weights (.pth), safetensors, a Keras .h5 file or a TensorFlow graph (.pb)",
        found: file.bytes.isEmpty ? "an empty file" : format.summary)
    }
  }

  private static func imported(
    _ model: ImportedModel, _ path: String, _ start: Stopwatch
  ) -> Model {
    Model(
      name: model.name, weights: path, graph: model.graph, recipe: nil, labels: nil,
      outputIsProbability: endsInSoftmax(model.graph), loadMilliseconds: start.milliseconds)
  }

  private static func imported(
    _ model: ImportedTensorFlowModel, _ path: String, _ start: Stopwatch
  ) -> Model {
    Model(
      name: model.name, weights: path, graph: model.graph,
      recipe: model.known.flatMap { Preprocessing(named: $0.preprocessing) }, labels: nil,
      outputIsProbability: endsInSoftmax(model.graph), loadMilliseconds: start.milliseconds)
  }

  /// Whether the first result is made by softmax, maybe under another shape.
  private static func endsInSoftmax(_ graph: Graph) -> Bool {
    guard var node = graph.outputs.first.map({ graph.producer(of: $0.value) }) else { return false }
    while node.op is Reshape || node.op is Flatten || node.op is Identity,
      let input = node.inputs.first
    {
      node = graph.producer(of: input)
    }
    return (node.op as? Softmax)?.isLogarithm == false
  }

  private static func recognised(
    _ values: ParameterSet, among candidates: [Architecture], _ start: Stopwatch
  ) throws(InceptError) -> Model {
    try ArchitectureCatalog.recognise(values, among: candidates).model(values, start)
  }
}

extension ParameterSet {
  init(_ tensors: NamedTensors) {
    let pairs = tensors.entries.map { ($0.name, $0.tensor) }
    self.init(
      source: tensors.source, tensors: Dictionary(pairs, uniquingKeysWith: { _, last in last }))
  }
}
