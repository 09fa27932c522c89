import Foundation
import ProtobufMessages
import SwiftProtobuf
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("Protobuf files without their contents")
struct OutlineTests {
  private static let schema = ProtobufSchema(
    title: "a graph", root: "GraphDef",
    messages: [
      "GraphDef": [1: .message("NodeDef")], "NodeDef": [5: .message("Entry")],
      "Entry": [2: .message("Attribute")], "Attribute": [8: .message("Tensor")],
      "Tensor": [4: .content(as: 4)],
    ])

  /// Nodes with constants of random lengths.
  private static func graph(_ source: inout RandomSource) -> Tensorflow_GraphDef {
    var builder = GraphDefBuilder()
    for index in 0..<source.int(in: 1...6) {
      let length = source.pick([0, 1, 7, 8, 9, 127, 128, 300, 20_000])
      let bytes = Data((0..<length).map { _ in UInt8(truncatingIfNeeded: source.next()) })
      builder.node(
        "n\(index)", "Const", ["a", "^b"],
        [
          "value": .tensor(.dtFloat, [length / 4, 7]) {
            $0.tensorContent = bytes
            $0.intVal = [1, -2, 3]
          }, "x": .ints([1, 2]),
        ])
    }
    builder.graph.versions.producer = 27
    return builder.graph
  }

  @Test("what is decoded is the file, once tokens are replaced by what they stand for")
  func roundTrip() throws {
    var source = RandomSource(seed: 5)
    for _ in 0..<50 {
      let graph = Self.graph(&source)
      let bytes: [UInt8] = try graph.serializedBytes()
      let file = MappedFile(copying: bytes, name: "x")
      let outline = try ProtobufOutline(file, schema: Self.schema)
      #expect(outline.bytes.count < 2000)
      var decoded = try Tensorflow_GraphDef(serializedBytes: outline.bytes)
      for index in decoded.node.indices {
        guard var value = decoded.node[index].attr["value"] else { continue }
        guard !value.tensor.tensorContent.isEmpty else { continue }
        let content = try #require(outline.content(value.tensor.tensorContent))
        #expect(content.field == 4)
        value.tensor.tensorContent = Data(file.bytes[content.bytes])
        decoded.node[index].attr["value"] = value
      }
      #expect(decoded == graph)
    }
  }

  @Test("what is no token stands for nothing")
  func tokens() throws {
    let outline = try ProtobufOutline(MappedFile(copying: [], name: "x"), schema: Self.schema)
    #expect(outline.content(Data()) == nil)
    #expect(outline.content(Data(count: 8)) == nil)
    #expect(outline.content(Data(repeating: 0xFF, count: 8)) == nil)
    #expect(outline.content(Data(count: 7)) == nil)
  }

  @Test("limits on bytes, messages and depth")
  func limits() throws {
    var source = RandomSource(seed: 5)
    let bytes: [UInt8] = try Self.graph(&source).serializedBytes()
    let file = MappedFile(copying: bytes, name: "x")
    for change: (inout ProtobufOutline.Limits) -> Void in [
      { $0.bytes = 20 }, { $0.messages = 3 }, { $0.fields = 5 }, { $0.depth = 2 },
    ] {
      var limits = ProtobufOutline.Limits()
      change(&limits)
      #expect(throws: InceptError.self) {
        try ProtobufOutline(file, schema: Self.schema, limits: limits)
      }
    }
  }

  @Test("every cut of a file is an error or ends between its fields")
  func cuts() throws {
    var source = RandomSource(seed: 8)
    let bytes: [UInt8] = try Self.graph(&source).serializedBytes()
    for length in 0..<min(bytes.count, 400) {
      let file = MappedFile(copying: bytes.prefix(length), name: "x")
      guard let outline = try? ProtobufOutline(file, schema: Self.schema) else { continue }
      #expect(throws: Never.self) { try Tensorflow_GraphDef(serializedBytes: outline.bytes) }
    }
  }
}
