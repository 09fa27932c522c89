import GraphFiles
import Models
import Training
import WireFormats

/// What `incept train --model cnn` makes of 8x8 grey pictures of ten classes is `digits_cnn`: the same layers, under other
/// names. The embedded weights are such a file.
enum TrainedDigits {
  /// `digits_cnn` with the weights that come with Incept.
  static func embedded(
    _ architecture: Architecture, _ start: Stopwatch
  ) throws(InceptError) -> Model {
    let name = "embedded weights"
    let file = try Safetensors.read(
      MappedFile(copying: EmbeddedResources.digitsNetwork, name: name))
    guard let values = DigitsCNN.parameters(trained: ParameterSet(file)) else {
      throw InceptError(
        .software, subject: name, expected: "expected a trained digits_cnn", found: "another file")
    }
    return try architecture.model(values, start, file, weights: "embedded")
  }

  /// A file's parameters under the architecture's names; as they are where the file is no such network.
  static func parameters(_ file: NamedTensors) throws(InceptError) -> ParameterSet {
    let values = ParameterSet(file)
    guard let translated = DigitsCNN.parameters(trained: values),
      let graph = try StoredWeights.graph(file), try isSame(graph)
    else { return values }
    return translated
  }

  /// Whether a graph is the one that is trained, whatever its constants are.
  private static func isSame(_ graph: Graph) throws(InceptError) -> Bool {
    let network = try TrainableNetwork(.cnn(classes: 10), image: [8, 8, 1], classes: 10)
    let known = try TrainingGraph(network, batch: 1).inference(
      [Float](repeating: 0, count: network.parameterCount), statistics: [], name: graph.name)
    return try GraphDocument(known).json() == GraphDocument(graph).json()
  }
}
