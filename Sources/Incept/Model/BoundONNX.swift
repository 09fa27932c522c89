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

  init(_ model: ONNXModel, _ inputs: ONNXInputs) throws(InceptError) {
    self.model = model
    shapes = inputs.shapes.merging(inputs.values.mapValues(\.shape)) { given, _ in given }
    let imported = try model.importGraph(shapes: shapes, values: inputs.values)
    graph = imported.graph
    name = imported.name
    values = inputs.values.filter { imported.decisiveInputs.contains($0.key) }
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
