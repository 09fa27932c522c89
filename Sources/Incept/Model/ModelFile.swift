import Imaging
import ImportKeras
import ImportONNX
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
    _ path: String, among candidates: [Architecture], weightsOnly: Bool,
    _ inputs: ONNXInputs, _ start: Stopwatch
  ) throws(InceptError) -> Model {
    let file = try MappedFile(path: path)
    switch WeightFileFormat.detect(file) {
    case .torchZip, .torchLegacy:
      return try recognised(ParameterSet(try TorchFile.read(file)), among: candidates, start)
    case .safetensors:
      let tensors = try Safetensors.read(file)
      if !weightsOnly, let model = try StoredWeights.kerasModel(tensors) {
        return imported(model, path, start)
      }
      if !weightsOnly, let graph = try StoredWeights.graph(tensors) {
        let name = tensors.metadata[StoredWeights.Key.preprocessing]
        let trained = try TrainedPreprocessing(name, source: path)
        let model = Model(
          name: graph.name, weights: path, graph: graph,
          recipe: trained?.recipe ?? name.flatMap { Preprocessing(named: $0) },
          labels: try StoredLabels.read(tensors.metadata, source: path),
          outputIsProbability: endsInSoftmax(graph), loadMilliseconds: start.milliseconds,
          trained: trained)
        try trained?.check(fits: model)
        return model
      }
      return try recognised(
        TrainedDigits.parameters(tensors), among: candidates, start, tensors)
    case .hdf5:
      return try keras(try KerasWeightFile(HDF5File(file)), candidates, weightsOnly, start)
    case .kerasZip:
      return try keras(try KerasWeightFile(archive: file), candidates, weightsOnly, start)
    case .onnx where !weightsOnly:
      let onnx = try BoundONNX(try ONNXModel(file), inputs)
      return Model(
        name: onnx.name, weights: path, graph: onnx.graph, recipe: nil, labels: nil,
        outputIsProbability: endsInSoftmax(onnx.graph), loadMilliseconds: start.milliseconds,
        onnx: onnx)
    case .graphDef where !weightsOnly:
      return imported(try TensorFlowModel.importGraph(file), path, start)
    case let format:
      let weights = "torch weights (.pth), safetensors, a Keras file (.keras, .h5)"
      throw InceptError(
        .badData, subject: path,
        expected: "expected \(weights)"
          + (weightsOnly ? "" : ", an ONNX model or a TensorFlow graph (.pb)"),
        found: file.bytes.isEmpty ? "an empty file" : format.summary)
    }
  }

  /// A Keras model, or the built-in architecture that weights alone belong to.
  private static func keras(
    _ file: KerasWeightFile, _ candidates: [Architecture], _ weightsOnly: Bool, _ start: Stopwatch
  ) throws(InceptError) -> Model {
    if !weightsOnly, KerasModel.hasArchitecture(file) {
      let model = try KerasModel.importGraph(file, source: file.source)
      return imported(model, file.source, start)
    }
    let architecture: Architecture
    let values: ParameterSet
    switch file.weights {
    case .legacy(let layers):
      (architecture, values) = try ArchitectureCatalog.recognise(
        layers: layers, source: file.source, among: candidates)
    case .numbered(let variables):
      let groups = variables.map { layer in
        let group = layer.path.split(separator: "/").last.map(String.init) ?? ""
        return (
          group: group, name: layer.name,
          weights: layer.variables.map { (name: "\(layer.path)/\($0.key)", tensor: $0.tensor) }
        )
      }
      (architecture, values) = try ArchitectureCatalog.recognise(
        groups: groups, source: file.source, among: candidates)
    case .whole(let named):
      return try recognised(
        ParameterSet(NamedTensors(named, source: file.source)), among: candidates, start)
    }
    return try architecture.model(values, start)
  }

  private static func imported(
    _ model: ImportedModel, _ path: String, _ start: Stopwatch
  ) -> Model {
    Model(
      name: model.name, weights: path, graph: model.graph, recipe: nil, labels: nil,
      outputIsProbability: endsInSoftmax(model.graph), loadMilliseconds: start.milliseconds,
      stored: StoredWeights(model))
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
    _ values: ParameterSet, among candidates: [Architecture], _ start: Stopwatch,
    _ file: NamedTensors? = nil
  ) throws(InceptError) -> Model {
    try ArchitectureCatalog.recognise(values, among: candidates).model(values, start, file)
  }
}

extension ParameterSet {
  init(_ tensors: NamedTensors) {
    let pairs = tensors.entries.map { ($0.name, $0.tensor) }
    self.init(
      source: tensors.source, tensors: Dictionary(pairs, uniquingKeysWith: { _, last in last }))
  }
}
