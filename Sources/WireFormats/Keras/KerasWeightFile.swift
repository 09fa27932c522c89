import TensorCore

/// A Keras model or weights file in any of its layouts. Knows nothing of graphs.
///
/// The legacy layout is that of Keras's `legacy_h5_format`: the root (weights only) or its group `model_weights`
/// (whole model) lists its layers in the attribute `layer_names`, and each layer's group lists its datasets in
/// `weight_names`; either list may be split over `layer_names0`, `layer_names1`, ….
///
/// The layout of Keras 3 (`.weights.h5`, and within `.keras`) is that of ``KerasVariables``.
package struct KerasWeightFile: Sendable {
  /// A layer of the legacy layout and its weights, in the layer's order.
  package typealias Layer = (name: String, weights: [(name: String, tensor: HostTensor)])

  /// Weights in either layout.
  package enum Weights: Sendable {
    /// The legacy layout: layers in the model's order, those without weights included.
    case legacy([Layer])
    /// The layout of Keras 3, which tells no order between classes of layers.
    case numbered([KerasVariables])
    /// Weights under the names of their layer and all models around it, `outer/inner/kernel`.
    case whole([(name: String, tensor: HostTensor)])
  }

  /// The weights.
  package let weights: Weights
  /// The version of Keras that wrote the file, where an attribute says so.
  package let kerasVersion: String?
  /// The backend Keras ran on, where the file says so.
  package let backend: String?
  /// The architecture as JSON; nil in a weights-only file.
  package let modelConfig: String?
  /// What a `.keras` archive says about its making, as JSON.
  package let metadata: String?
  /// The file's name, for errors.
  package let source: String

  /// Layers in the model's order, those without weights included; none in the layout of Keras 3.
  package var layers: [Layer] { if case .legacy(let layers) = weights { layers } else { [] } }

  /// Reads the HDF5 file at `path`.
  package init(path: String) throws(InceptError) { try self.init(try HDF5File(path: path)) }

  /// Reads a `.keras` archive. Throws `.badData` where a part is missing or damaged.
  package init(archive file: MappedFile) throws(InceptError) {
    let archive = try KerasArchive(file)
    let root = try archive.weights.root()
    weights = .numbered(try KerasWeightFile.numbered(root, archive.weights))
    kerasVersion = nil
    backend = nil
    modelConfig = archive.modelConfig
    metadata = archive.metadata
    source = file.name
  }

  /// Reads an open HDF5 file. Throws `.badData` where it is in neither layout.
  package init(_ file: HDF5File) throws(InceptError) {
    let root = try file.root()
    let isWhole = root.contains("model_weights") && !root.attributes.contains("layer_names")
    let group = isWhole ? try root.group("model_weights") : root
    if let names = try group.attributes.splitStrings("layer_names") {
      weights = .legacy(try KerasWeightFile.layers(names, group, file))
      modelConfig = try root.attributes.string("model_config")
    } else if !isWhole, KerasVariables.describes(root) {
      weights = .numbered(try KerasWeightFile.numbered(root, file))
      modelConfig = nil
    } else {
      throw InceptError(
        .badData, subject: file.name,
        expected: "expected a layout of Keras: an attribute 'layer_names' at the root or in "
          + "'model_weights', or a group 'layers'",
        found: "neither", hint: "save it from Keras: model.save('model.keras')")
    }
    kerasVersion = try KerasWeightFile.string("keras_version", root, group)
    backend = try KerasWeightFile.string("backend", root, group)
    metadata = nil
    source = file.name
  }

  private static func layers(
    _ names: [String], _ group: HDF5Group, _ file: HDF5File
  ) throws(InceptError) -> [Layer] {
    var seen: Set<String> = []
    var layers: [Layer] = []
    for name in names {
      guard seen.insert(name).inserted else {
        throw group.bad("each layer once in 'layer_names'", "'\(name)' twice")
      }
      layers.append((name, try KerasWeightFile.weights(of: try group.group(name))))
    }
    try KerasWeightFile.refuseOverlap(layers.flatMap(\.weights).map(\.tensor), group, file)
    return layers
  }

  private static func numbered(
    _ root: HDF5Group, _ file: HDF5File
  ) throws(InceptError) -> [KerasVariables] {
    let groups = try KerasVariables.all(in: root)
    try refuseOverlap(groups.flatMap(\.variables).map(\.tensor), root, file)
    return groups
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
}
