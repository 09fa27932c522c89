import TensorCore

/// A Keras weights file in the legacy HDF5 layout: layers in the model's order, each with its weights in the
/// layer's order. Knows nothing of graphs.
///
/// The layout is that of Keras's `legacy_h5_format`: the root (weights only) or its group `model_weights` (whole
/// model) lists its layers in the attribute `layer_names`, and each layer's group lists its datasets in
/// `weight_names`; either list may be split over `layer_names0`, `layer_names1`, ….
package struct KerasWeightFile: Sendable {
  /// Layers in the model's order, those without weights included.
  package let layers: [(name: String, weights: [(name: String, tensor: HostTensor)])]
  /// The version of Keras that wrote the file, where it says so.
  package let kerasVersion: String?
  /// The backend Keras ran on, where the file says so.
  package let backend: String?
  /// The architecture as JSON; nil in a weights-only file.
  package let modelConfig: String?
  /// The file's name, for errors.
  package let source: String

  /// Reads the file at `path`.
  package init(path: String) throws(InceptError) { try self.init(try HDF5File(path: path)) }

  /// Reads an open file. Throws `.badData` where it isn't in the legacy layout.
  package init(_ file: HDF5File) throws(InceptError) {
    let root = try file.root()
    let isWhole = root.contains("model_weights") && !root.attributes.contains("layer_names")
    let group = isWhole ? try root.group("model_weights") : root
    guard let names = try group.attributes.splitStrings("layer_names") else {
      throw KerasWeightFile.unknownLayout(root, file)
    }
    var seen: Set<String> = []
    var layers: [(name: String, weights: [(name: String, tensor: HostTensor)])] = []
    for name in names {
      guard seen.insert(name).inserted else {
        throw group.bad("each layer once in 'layer_names'", "'\(name)' twice")
      }
      layers.append((name, try KerasWeightFile.weights(of: try group.group(name))))
    }
    try KerasWeightFile.refuseOverlap(layers.flatMap(\.weights).map(\.tensor), group, file)
    self.layers = layers
    kerasVersion = try KerasWeightFile.string("keras_version", root, group)
    backend = try KerasWeightFile.string("backend", root, group)
    modelConfig = try root.attributes.string("model_config")
    source = file.name
  }

  /// An attribute of the root or, failing that, of the group that holds the layers.
  private static func string(
    _ name: String, _ root: HDF5Group, _ group: HDF5Group
  ) throws(InceptError) -> String? {
    try (root.attributes.contains(name) ? root : group).attributes.string(name)
  }

  private static func weights(
    of layer: HDF5Group
  ) throws(InceptError) -> [(name: String, tensor: HostTensor)] {
    guard let names = try layer.attributes.splitStrings("weight_names") else {
      throw layer.bad("an attribute 'weight_names'", "none")
    }
    var seen: Set<String> = []
    var weights: [(name: String, tensor: HostTensor)] = []
    for name in names {
      guard seen.insert(name).inserted else {
        throw layer.bad("each weight once in 'weight_names'", "'\(name)' twice")
      }
      weights.append((name, try layer.dataset(name).tensor()))
    }
    return weights
  }

  /// Refuses views of the file that sum to more than the file: weights that share bytes could make a small file
  /// cost any amount of memory once they are copied.
  private static func refuseOverlap(
    _ tensors: [HostTensor], _ group: HDF5Group, _ file: HDF5File
  ) throws(InceptError) {
    var mapped = 0
    for tensor in tensors where tensor.storage === file.storage {
      mapped += tensor.byteCount
      guard mapped <= file.byteCount else {
        throw group.bad("weights that don't overlap", "more bytes than the file has")
      }
    }
  }

  private static func unknownLayout(_ root: HDF5Group, _ file: HDF5File) -> InceptError {
    let isKeras3 =
      root.contains("_layer_checkpoint_dependencies") || root.contains("layers")
      || root.contains("vars")
    return InceptError(
      .badData, subject: file.name,
      expected: "expected the legacy Keras layout (an attribute 'layer_names' at the root or in "
        + "'model_weights')",
      found: isKeras3 ? "the layout of a Keras 3 .weights.h5" : "neither",
      hint: isKeras3
        ? "save the whole model as a legacy .h5: model.save('model.h5')"
        : "save it from Keras: model.save('model.h5')")
  }
}
