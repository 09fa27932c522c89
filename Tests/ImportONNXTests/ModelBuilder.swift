import Foundation
import ImportONNX
import ProtobufMessages
import SwiftProtobuf
import TensorCore
import WireFormats

/// Models written for tests, as messages.
enum ModelBuilder {
  /// A model of a graph.
  static func model(
    _ nodes: [Onnx_NodeProto], inputs: [(String, [Int?])] = [("x", [1, 2])],
    outputs: [String] = ["y"], initializers: [Onnx_TensorProto] = [], opset: Int64 = 17
  ) -> Onnx_ModelProto {
    var model = Onnx_ModelProto()
    model.irVersion = 8
    var version = Onnx_OperatorSetIdProto()
    version.version = opset
    model.opsetImport = [version]
    model.graph.name = "test"
    model.graph.node = nodes
    model.graph.initializer = initializers
    model.graph.input = inputs.map { info($0.0, $0.1) }
    model.graph.output = outputs.map { info($0, nil) }
    return model
  }

  /// The description of a float32 value; nil extents are open.
  static func info(_ name: String, _ shape: [Int?]?) -> Onnx_ValueInfoProto {
    var info = Onnx_ValueInfoProto()
    info.name = name
    info.type.tensorType.elemType = 1
    if let shape {
      info.type.tensorType.shape = Onnx_TensorShapeProto()
      info.type.tensorType.shape.dim = shape.enumerated().map { index, extent in
        var dimension = Onnx_TensorShapeProto.Dimension()
        if let extent {
          dimension.dimValue = Int64(extent)
        } else {
          dimension.dimParam = "d\(index)"
        }
        return dimension
      }
    }
    return info
  }

  /// A node.
  static func node(
    _ op: String, _ inputs: [String], _ outputs: [String], domain: String = "",
    _ attributes: [Onnx_AttributeProto] = []
  ) -> Onnx_NodeProto {
    var node = Onnx_NodeProto()
    node.opType = op
    node.domain = domain
    node.name = "\(op)_\(outputs.first ?? "")"
    node.input = inputs
    node.output = outputs
    node.attribute = attributes
    return node
  }

  /// A whole number as an attribute.
  static func int(_ name: String, _ value: Int64) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    attribute.name = name
    attribute.i = value
    attribute.type = .int
    return attribute
  }

  /// A float32 tensor.
  static func floats(_ name: String, _ shape: [Int64], _ values: [Float]) -> Onnx_TensorProto {
    var tensor = Onnx_TensorProto()
    tensor.name = name
    tensor.dataType = 1
    tensor.dims = shape
    tensor.rawData = values.withUnsafeBytes { Data($0) }
    return tensor
  }

  /// An int64 tensor.
  static func ints(_ name: String, _ values: [Int64]) -> Onnx_TensorProto {
    var tensor = Onnx_TensorProto()
    tensor.name = name
    tensor.dataType = 7
    tensor.dims = [Int64(values.count)]
    tensor.int64Data = values
    return tensor
  }

  /// The model's file: made beforehand, where making it takes longer than reading and only reading is timed.
  static func file(_ model: Onnx_ModelProto) throws -> MappedFile {
    let bytes: [UInt8] = try model.serializedBytes()
    return MappedFile(copying: bytes, name: "test.onnx")
  }

  /// The model, read as a file is.
  static func read(_ model: Onnx_ModelProto, folder: String? = nil) throws -> ONNXModel {
    try ONNXModel(file(model), externalDataFolder: folder)
  }
}
