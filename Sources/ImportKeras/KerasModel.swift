import GraphIR
import TensorCore
import WireFormats

/// A model of a Keras file as a graph.
package struct ImportedModel: Sendable {
  /// The graph, weights in it. Node names are Keras's layer names; a layer that takes several operators gives
  /// its name to the last, and layers of nested models are `outer/inner`.
  package let graph: Graph
  /// The model's name.
  package let name: String
  /// Names and shapes (NHWC, batch first) of the inputs, in the model's order.
  package let inputs: [(name: String, shape: Shape)]
  /// Names and shapes of the results, in the model's order.
  package let outputs: [(name: String, shape: Shape)]
  /// The weights in Keras's own layout, under the names of all models around them, the layer's and Keras's own,
  /// with slashes: what ``KerasWeightFile/Weights/whole(_:)`` takes.
  package let weights: [(name: String, tensor: HostTensor)]
  /// The architecture as the file has it.
  package let config: String
  /// The version of Keras that wrote it, where that is known.
  package let kerasVersion: String?
}

/// Imports whole Keras models: those that carry their architecture as `model_config`.
///
/// Code in the file is never run, and a model that needs it is refused. The configuration is untrusted: its
/// size, depth and numbers are bounded.
package enum KerasModel {
  /// Whether the file says what the network is; a file that doesn't holds weights alone, to be matched with a
  /// built-in architecture.
  package static func hasArchitecture(_ file: KerasWeightFile) -> Bool { file.modelConfig != nil }

  /// The graph of a whole model.
  ///
  /// - Parameters:
  ///   - source: what errors call the file.
  ///   - inputShape: shape of the inputs whose extents the file leaves open, batch first. Without it the batch
  ///     is 1, and other open extents are an error.
  /// - Throws: `.badData` where the file holds no architecture, one error that lists all layers that can't be
  ///   expressed, or one that lists all weights that are missing, extra or mis-shaped; `.usage` about
  ///   `inputShape`.
  package static func importGraph(
    _ file: KerasWeightFile, source: String, inputShape: Shape? = nil
  ) throws(InceptError) -> ImportedModel {
    guard let config = file.modelConfig else {
      throw InceptError(
        .badData, subject: source, expected: "expected a model with its architecture",
        found: "weights alone",
        hint: "name a built-in architecture and give this file with --weights")
    }
    var version = file.kerasVersion
    if let metadata = file.metadata {
      version = try ConfigReader.read(metadata, source: source)["keras_version"]?.text
    }
    return try importGraph(
      modelConfig: config, weights: file.weights, kerasVersion: version, source: source,
      inputShape: inputShape)
  }

  /// The graph of a model whose configuration and weights are at hand.
  package static func importGraph(
    modelConfig: String, weights stored: KerasWeightFile.Weights, kerasVersion: String?,
    source: String, inputShape: Shape? = nil
  ) throws(InceptError) -> ImportedModel {
    let config = try ConfigReader.read(modelConfig, source: source)
    let major = kerasVersion?.split(separator: ".").first.flatMap { Int($0) }
    var reader = NetworkReader(source: source, kerasMajor: major)
    let network = try reader.read(config)
    guard let network, reader.refused.isEmpty else {
      throw RefusedItem.error(reader.refused, source: source)
    }
    var weights: WeightIndex
    switch stored {
    case .legacy(let layers): weights = WeightIndex(layers)
    case .numbered(let groups):
      weights = WeightIndex(NumberedLayers(network, groups: groups), groups)
    case .whole(let named): weights = WeightIndex(named: named)
    }
    let called = Set(network.order.map(\.layer))
    for index in network.layers.indices where !called.contains(index) {
      weights.ignore(network.layers[index].name)
    }
    let builder = GraphBuilder(name: network.name, weights: weights)
    let outputs: [GraphOutput]
    do {
      outputs = try NetworkEmitter(builder).emit(network, inputShape: inputShape)
    } catch {
      // Weights that don't fit are the likelier cause, and there may be more of them than this one.
      throw builder.weightMismatch(source: source, isComplete: false) ?? error
    }
    if let mismatch = builder.weightMismatch(source: source, isComplete: true) { throw mismatch }
    builder.setOutputs(outputs)
    let graph = builder.graph
    return ImportedModel(
      graph: graph, name: network.name,
      inputs: graph.inputs.map { (graph[$0].name, graph[$0].type.shape) },
      outputs: outputs.map { ($0.name, graph.type(of: $0.value).shape) },
      weights: builder.taken, config: modelConfig, kerasVersion: kerasVersion)
  }
}
