import Models
import WireFormats

/// Models from files; what a file is, its content says.
enum ModelFile {
  /// The network in the file at `path`: for weights alone, that of `candidates` which they belong to.
  static func model(
    _ path: String, among candidates: [Architecture], _ start: Stopwatch
  ) throws(InceptError) -> Model {
    let file = try MappedFile(path: path)
    switch WeightFileFormat.detect(file) {
    case .torchZip, .torchLegacy:
      return try recognised(ParameterSet(try TorchFile.read(file)), among: candidates, start)
    case .safetensors:
      return try recognised(ParameterSet(try Safetensors.read(file)), among: candidates, start)
    case .hdf5:
      let keras = try KerasWeightFile(HDF5File(file))
      let (architecture, values) = try ArchitectureCatalog.recognise(
        layers: keras.layers, source: keras.source, among: candidates)
      return try architecture.model(values, start)
    case let format:
      throw InceptError(
        .badData, subject: path,
        expected: "expected torch weights (.pth), safetensors or a Keras .h5 file",
        found: file.bytes.isEmpty ? "an empty file" : format.summary)
    }
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
