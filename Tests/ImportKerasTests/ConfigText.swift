import ImportKeras
import TensorCore

/// Models written by hand, for cases that no Keras would write.
enum ConfigText {
  /// A layer as Keras 2 writes it in a functional model; `inputs` names the layers of its one call.
  static func layer(
    _ className: String, _ name: String, _ config: String = "", inputs: [String] = []
  ) -> String {
    let nodes = inputs.map { "[\"\($0)\", 0, 0, {}]" }.joined(separator: ", ")
    let comma = config.isEmpty ? "" : ", "
    return """
      {"class_name": "\(className)", "name": "\(name)", "config": {"name": "\(name)"\(comma)\(config)}, \
      "inbound_nodes": [\(inputs.isEmpty ? "" : "[\(nodes)]")]}
      """
  }

  /// An input layer called `x`.
  static func input(_ shape: String = "[null, 8, 8, 3]") -> String {
    layer("InputLayer", "x", "\"batch_input_shape\": \(shape)")
  }

  /// A functional model from the input `x` to the layer `output`.
  static func model(_ layers: [String], output: String) -> String {
    """
    {"class_name": "Functional", "config": {"name": "m", "layers": [\(layers.joined(separator: ", "))], \
    "input_layers": [["x", 0, 0]], "output_layers": [["\(output)", 0, 0]]}}
    """
  }

  /// Imports a configuration with the given weights.
  static func imported(
    _ text: String, _ layers: [(name: String, weights: [(name: String, tensor: HostTensor)])] = [],
    version: String? = "2.15.0"
  ) throws(InceptError) -> ImportedModel {
    try KerasModel.importGraph(
      modelConfig: text, weights: .legacy(layers), kerasVersion: version, source: "m.h5")
  }
}
