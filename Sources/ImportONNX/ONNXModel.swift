import Foundation
import GraphIR
import ProtobufMessages
import TensorCore
import WireFormats

/// An ONNX model, read but not yet made for inputs of certain shapes.
///
/// Its weights are views of the mapped file: only the structure is decoded. Untrusted: sizes, counts and depths
/// are bounded, and every error names the file.
package struct ONNXModel: Sendable {
  /// Where the model is from, for errors.
  package let source: String
  /// The name that the file gives the network, or `onnx`.
  package var name: String {
    proto.graph.name.isEmpty ? "onnx" : proto.graph.name.printable(limit: 100)
  }

  let proto: Onnx_ModelProto
  let reader: TensorReader
  /// The named weights of the outermost graph.
  let initializers: [String: HostTensor]

  /// Reads a model; external data are looked for in the file's folder.
  ///
  /// - Throws: `.badData` for what is no ONNX model, is damaged or exceeds the limits.
  package init(_ file: MappedFile) throws(InceptError) {
    let folder = URL(fileURLWithPath: file.name).deletingLastPathComponent().path
    try self.init(file, externalDataFolder: folder)
  }

  /// Reads a model whose external data lie in a folder; nil allows none.
  package init(_ file: MappedFile, externalDataFolder: String?) throws(InceptError) {
    source = file.name
    let content = try ONNXFile<Onnx_ModelProto>(file, .model)
    proto = content.message
    guard proto.hasGraph, !proto.graph.node.isEmpty || !proto.graph.output.isEmpty else {
      throw InceptError(
        .badData, subject: source, expected: "expected an ONNX model with a graph", found: "none")
    }
    reader = TensorReader(content.outline, folder: externalDataFolder)
    var initializers: [String: HostTensor] = [:]
    for tensor in proto.graph.initializer {
      initializers[tensor.name] = try reader.tensor(tensor, name: tensor.name)
    }
    self.initializers = initializers
  }

  /// Reads a file that holds one `TensorProto`, as ONNX's own test data are.
  package static func tensor(_ file: MappedFile) throws(InceptError) -> HostTensor {
    let content = try ONNXFile<Onnx_TensorProto>(file, .tensor)
    return try TensorReader(content.outline, folder: nil)
      .tensor(content.message, name: content.message.name)
  }

  /// Names of the inputs that a caller feeds, in the file's order.
  package var inputNames: [String] { fedInputs.map(\.name) }

  /// The inputs without those that stand for weights, as old files list them.
  var fedInputs: [Onnx_ValueInfoProto] {
    let computed = Set(proto.graph.node.flatMap(\.output))
    return proto.graph.input.filter { initializers[$0.name] == nil && !computed.contains($0.name) }
  }

  /// The network for inputs of the given shapes. Inputs that are not named have the file's shape, with a batch
  /// of 1 where that is open.
  ///
  /// - Parameter values: Tensors of inputs, for models in which inputs' values decide on shapes. The graph is
  ///   right for these values only; see ``ImportedONNX/decisiveInputs``.
  /// - Throws: `.badData`, once about all nodes that can't be expressed, or about the first that is wrong;
  ///   `.usage` about shapes that don't fit and open extents that nobody gives.
  package func importGraph(
    shapes: [String: Shape] = [:], values: [String: HostTensor] = [:]
  ) throws(InceptError) -> ImportedONNX {
    let importer = try GraphImporter(self, shapes: shapes, values: values)
    return try importer.run()
  }
}

/// A model as a graph.
package struct ImportedONNX: Sendable {
  /// The graph: nodes bear the names of the ONNX values they compute.
  package let graph: Graph
  /// The graph's name in the file.
  package let name: String
  /// Inputs whose values, as they were given, decided on shapes.
  package let decisiveInputs: Set<String>
  /// The file's nodes, in its order, those of functions' bodies apart.
  package let origins: [ONNXOrigin]
}

/// A node of the file, and what it became.
package struct ONNXOrigin: Sendable {
  /// The node's name; often empty.
  package let name: String
  /// The first value that it computes.
  package let output: String
  /// Names of the graph's nodes that were made for it.
  package let nodes: [String]
}
