import Foundation
import GraphIR
import Operators
import ProtobufMessages
import SwiftProtobuf
import TensorBoardFiles
import TensorCore
import Testing

@Suite("event files")
struct EventFileTests {
  /// `TopK` has two results, so that the sum reads the second.
  private func graph() throws -> Graph {
    var graph = Graph(name: "test")
    let input = try graph.add(Input(TensorType([1, 4, 4, 2])), name: "x")
    let weights = try graph.add(
      Constant(HostTensor(shape: [3, 3, 2, 8], floats: Array(repeating: 0, count: 144))),
      name: "m.conv.weight")
    let conv = try graph.add(
      Conv2D(strides: Spatial(2), padding: .same), [input, weights], name: "m.conv",
      sources: ["m.conv", "m.bn"])
    let flat = try graph.add(Flatten(axis: 1), [conv], name: "flat:0")
    let top = try graph.add(TopK(3), [flat], name: "top")
    let cast = try graph.add(
      Cast(to: .float32), [ValueID(top.node, output: 1)], name: "cast")
    graph.outputs = [GraphOutput(name: "result", value: cast)]
    return graph
  }

  /// The records of a file, whose checksums must be right.
  private func events(_ bytes: [UInt8]) throws -> [Tensorflow_Event] {
    var (events, rest): ([Tensorflow_Event], ArraySlice<UInt8>) = ([], bytes[...])
    while !rest.isEmpty {
      let length = Int(rest.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
      let record = Array(rest.dropFirst(12).prefix(length))
      #expect(Array(rest.prefix(length + 16)) == RecordFraming.framed(record))
      events.append(try Tensorflow_Event(serializedBytes: record))
      rest = rest.dropFirst(length + 16)
    }
    return events
  }

  @Test("a file is its version, then the graph")
  func events() throws {
    let events = try events(EventFile.bytes(graph(), wallTime: 12.5))
    #expect(events.count == 2)
    #expect(events[0].fileVersion == "brain.Event:2")
    #expect(events.allSatisfy { $0.wallTime == 12.5 })
    let message = try Tensorflow_GraphDef(serializedBytes: events[1].graphDef)
    let nodes = Dictionary(message.node.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    #expect(nodes.count == 6)
    let conv = try #require(nodes["m/conv"])
    #expect(conv.op == "conv2d")
    #expect(conv.input == ["x", "m/conv/weight"])
    #expect(conv.attr["strides"]?.list.i == [2, 2])
    #expect(conv.attr["auto_pad"]?.s == Data("same_upper".utf8))
    #expect(conv.attr["sources"]?.list.s == [Data("m.conv".utf8), Data("m.bn".utf8)])
    #expect(conv.attr["_output_shapes"]?.list.shape.first?.dim.map(\.size) == [1, 2, 2, 8])
    #expect(conv.attr["name"]?.s == Data("m.conv".utf8))
    let weights = try #require(nodes["m/conv/weight"])
    #expect(weights.op == "Const")
    #expect(weights.attr["value"]?.tensor.tensorShape.dim.map(\.size) == [3, 3, 2, 8])
    #expect(weights.attr["value"]?.tensor.tensorContent.isEmpty == true)
    #expect(nodes["x"]?.op == "Placeholder")
    #expect(nodes["x"]?.attr["dtype"]?.type == .dtFloat)
    #expect(nodes["top"]?.input == ["flat_0"])
    #expect(nodes["cast"]?.input == ["top:1"])
    #expect(nodes["cast"]?.attr["results"]?.list.s == [Data("result".utf8)])
  }

  @Test("times are statistics of nodes, one after the other")
  func times() throws {
    let times = ["m.conv": 12.3456, "top": 0.01, "other": 5, "cast": .infinity]
    let events = try events(EventFile.bytes(graph(), wallTime: 0, microseconds: times))
    #expect(events.count == 3)
    #expect(events[2].taggedRunMetadata.tag == EventFile.timesTag)
    let metadata = try Tensorflow_RunMetadata(
      serializedBytes: events[2].taggedRunMetadata.runMetadata)
    let device = try #require(metadata.stepStats.devStats.first)
    #expect(device.nodeStats.map(\.nodeName) == ["m/conv", "top"])
    #expect(device.nodeStats.map(\.allEndRelNanos) == [12_345, 10])
    #expect(device.nodeStats.map(\.allEndRelMicros) == [12, 1])
    #expect(device.nodeStats[1].allStartNanos == 12_345)
    #expect(device.nodeStats[1].output.map(\.tensorDescription.dtype) == [.dtFloat, .dtInt64])
    #expect(
      device.nodeStats[0].output.first?.tensorDescription.allocationDescription.requestedBytes
        == 128)
  }

  @Test("the same graph gives the same file")
  func deterministic() throws {
    let graph = try graph()
    #expect(
      try EventFile.bytes(graph, wallTime: 1) == EventFile.bytes(graph, wallTime: 1))
  }

  @Test("the file's name says when and where, and is no path")
  func name() {
    #expect(EventFile.name(seconds: 12, host: "box") == "events.out.tfevents.12.box")
    #expect(EventFile.name(seconds: 12, host: "a/../b c") == "events.out.tfevents.12.a_.._b_c")
    #expect(EventFile.name(seconds: 12, host: "") == "events.out.tfevents.12.localhost")
  }
}
