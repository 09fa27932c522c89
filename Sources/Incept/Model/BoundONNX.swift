import ImportONNX
import Operators

/// What a caller says of an ONNX model's inputs when it is loaded.
struct ONNXInputs {
  /// Shapes of inputs, by name.
  var shapes: [String: Shape] = [:]
  /// Tensors of inputs, by name.
  var values: [String: HostTensor] = [:]
}

/// An ONNX model with what is known of its inputs: makes the graph for other shapes.
struct BoundONNX: Sendable {
  private let model: ONNXModel
  private let shapes: [String: Shape]
  private let values: [String: HostTensor]
  /// The network for the shapes that were given.
  let graph: Graph
  /// Its name in the file.
  let name: String
  /// The file's nodes.
  let origins: [ONNXOrigin]

  init(_ model: ONNXModel, _ inputs: ONNXInputs) throws(InceptError) {
    self.model = model
    let names = model.inputNames
    // A network with one input takes any name, as a session does; unknown names are the session's to complain about.
    func named<Item>(_ items: [String: Item]) -> [String: Item] {
      if names.count == 1, items.count == 1, let item = items.values.first {
        return [names[0]: item]
      }
      return items.filter { names.contains($0.key) }
    }
    let given = named(inputs.values)
    shapes = named(inputs.shapes).merging(given.mapValues(\.shape)) { given, _ in given }
    let imported = try model.importGraph(shapes: shapes, values: given)
    graph = imported.graph
    name = imported.name
    origins = imported.origins
    values = given.filter { imported.decisiveInputs.contains($0.key) }
  }

  /// The network for inputs of the given shapes.
  func graph(shapes: [String: Shape]) throws(InceptError) -> Graph {
    try model.importGraph(
      shapes: self.shapes.merging(shapes) { _, wanted in wanted }, values: values
    ).graph
  }

  /// Why a tensor can't be fed: the graph was made for another value of this input.
  func complaint(_ name: String, _ tensor: HostTensor) -> InceptError? {
    guard let value = values[name],
      value.shape != tensor.shape || value.doubles() != tensor.doubles()
    else { return nil }
    return InceptError(
      .usage, subject: "input '\(name)'",
      expected: "expected the values that the model was loaded with", found: "others",
      hint: "load the model anew with these values")
  }
}

extension Model {
  /// Loads a network to be run on the tensors in NPY files, by input: as ``load(_:weights:cache:shapes:values:)`` with
  /// their shapes, and with the values of those small enough to be shapes themselves; `shapes` are those of inputs
  /// without a file.
  public static func load(
    _ specifier: String, weights: String? = nil, cache: CacheOptions? = nil,
    files: [String: String], shapes: [String: Shape] = [:]
  ) throws(InceptError) -> Model {
    let given = shapes
    var (shapes, values): ([String: Shape], [String: HostTensor]) = (shapes, [:])
    for (name, path) in files {
      let tensor = try NPY.read(path: path)
      shapes[name] = tensor.shape
      if tensor.shape.rank <= 1, tensor.elementCount <= 256 { values[name] = tensor }
    }
    return try load(
      specifier, weights: weights, cache: cache, shapes: shapes, values: values
    ).taking(given)
  }

  /// The model, which must be one that shapes were of use for.
  func taking(_ shapes: [String: Shape]) throws(InceptError) -> Model {
    guard !shapes.isEmpty else { return self }
    guard onnx != nil else {
      throw InceptError(
        .usage, subject: "shapes of \(name)",
        expected: "expected an ONNX model, which may leave them open",
        found: "another", hint: "tensors of other sizes are taken as they are fed")
    }
    for name in shapes.keys.sorted()
    where inputs.count > 1 && !inputs.contains(where: { $0.name == name }) {
      throw InceptError(
        .usage, subject: "shape of '\(name)'",
        expected: "expected one of the inputs \(inputs.map(\.name).joined(separator: ", "))",
        found: "another name")
    }
    return self
  }
}
