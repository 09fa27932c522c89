import Foundation
import GraphIR
import ImportTensorFlow
import ProtobufMessages
import Reference
import SwiftProtobuf
import TensorCore
import WireFormats

/// A GraphDef made node by node.
struct GraphDefBuilder {
  var graph = Tensorflow_GraphDef()

  /// Adds a node.
  mutating func node(
    _ name: String, _ op: String, _ inputs: [String] = [],
    _ attributes: [String: Tensorflow_AttrValue] = [:]
  ) {
    graph.node.append(Self.node(name, op, inputs, attributes))
  }

  static func node(
    _ name: String, _ op: String, _ inputs: [String] = [],
    _ attributes: [String: Tensorflow_AttrValue] = [:]
  ) -> Tensorflow_NodeDef {
    .with {
      $0.name = name
      $0.op = op
      $0.input = inputs
      $0.attr = attributes
    }
  }

  /// Adds a placeholder; −1 is an open extent.
  mutating func input(_ name: String, _ shape: [Int], _ type: Tensorflow_DataType = .dtFloat) {
    node(name, "Placeholder", [], ["dtype": .type(type), "shape": .shape(shape)])
  }

  /// Adds a constant of raw bytes.
  mutating func constant(_ name: String, _ shape: [Int], _ values: [Float]) {
    node(
      name, "Const", [],
      [
        "value": .tensor(.dtFloat, shape) {
          $0.tensorContent = values.withUnsafeBytes { Data($0) }
        }
      ])
  }

  /// Adds a constant list of whole numbers, or one number.
  mutating func integers(_ name: String, _ values: [Int], shape: [Int]? = nil) {
    node(
      name, "Const", [],
      [
        "value": .tensor(.dtInt32, shape ?? [values.count]) {
          $0.intVal = values.map { Int32($0) }
        }
      ])
  }

  func file(_ name: String = "test.pb") throws -> MappedFile {
    let bytes: [UInt8] = try graph.serializedBytes()
    return MappedFile(copying: bytes, name: name)
  }

  func imported(
    _ shapes: [String: Shape] = [:], outputs: [String]? = nil
  ) throws -> Graph {
    let graph = try TensorFlowModel.importGraph(file(), inputShapes: shapes, outputs: outputs).graph
    try graph.verify()
    return graph
  }

  /// What the reference makes of it.
  func evaluated(
    _ feeds: [String: HostTensor] = [:], outputs: [String]? = nil
  ) throws -> [String: ReferenceTensor] {
    try ReferenceEvaluator.evaluate(
      imported(feeds.mapValues(\.shape), outputs: outputs), feeding: feeds)
  }
}

extension Tensorflow_AttrValue {
  static func ints(_ values: [Int]) -> Self {
    .with { $0.list = .with { $0.i = values.map { Int64($0) } } }
  }

  static func text(_ value: String) -> Self { .with { $0.s = Data(value.utf8) } }

  static func int(_ value: Int) -> Self { .with { $0.i = Int64(value) } }

  static func number(_ value: Float) -> Self { .with { $0.f = value } }

  static func flag(_ value: Bool) -> Self { .with { $0.b = value } }

  static func type(_ value: Tensorflow_DataType) -> Self { .with { $0.type = value } }

  static func function(_ name: String) -> Self { .with { $0.func = .with { $0.name = name } } }

  static func shape(_ extents: [Int]) -> Self { .with { $0.shape = .extents(extents) } }

  static func tensor(
    _ type: Tensorflow_DataType, _ shape: [Int],
    _ fill: (inout Tensorflow_TensorProto) -> Void = { _ in }
  ) -> Self {
    .with { value in
      value.tensor = .with {
        $0.dtype = type
        $0.tensorShape = .extents(shape)
        fill(&$0)
      }
    }
  }
}

extension Tensorflow_TensorShapeProto {
  static func extents(_ extents: [Int]) -> Self {
    .with { $0.dim = extents.map { extent in .with { $0.size = Int64(extent) } } }
  }
}
