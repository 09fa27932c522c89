import Foundation
import GraphIR
import Operators
import ProtobufMessages
import SwiftProtobuf
import TensorCore

/// An event file with a graph, as TensorBoard's Graphs tab opens it.
package enum EventFile {
  /// The tag under which times are found.
  package static let timesTag = "profile"

  /// The file's name: TensorBoard looks for `tfevents` in it.
  package static func name(seconds: Int, host: String) -> String {
    let allowed = host.unicodeScalars.map { scalar in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".": String(scalar)
      default: "_"
      }
    }
    let name = String(allowed.joined().prefix(64))
    return "events.out.tfevents.\(seconds).\(name.isEmpty ? "localhost" : name)"
  }

  /// The file's bytes.
  ///
  /// - Parameters:
  ///   - wallTime: Seconds since 1970 that the events bear.
  ///   - microseconds: Times of nodes by the names that the graph gives them; empty where they are not known.
  package static func bytes(
    _ graph: Graph, wallTime: Double, microseconds: [String: Double] = [:]
  ) throws(InceptError) -> [UInt8] {
    var version = Tensorflow_Event()
    version.wallTime = wallTime
    version.fileVersion = "brain.Event:2"
    version.sourceMetadata.writer = "incept"
    let message = GraphMessage(graph)
    var network = Tensorflow_Event()
    network.wallTime = wallTime
    var events = [version]
    do {
      network.graphDef = try serialized(message.message)
      events.append(network)
      if !microseconds.isEmpty {
        var times = Tensorflow_Event()
        times.wallTime = wallTime
        times.taggedRunMetadata.tag = timesTag
        times.taggedRunMetadata.runMetadata = try serialized(
          metadata(graph, message.names, microseconds))
        events.append(times)
      }
      return try events.flatMap { RecordFraming.framed(Array(try serialized($0))) }
    } catch {
      throw InceptError(
        .software, subject: "event file", expected: "expected messages that can be written",
        found: "\(error)")
    }
  }

  /// Map fields in one order, so that the same graph gives the same file.
  private static func serialized(_ message: some Message) throws -> Data {
    var options = BinaryEncodingOptions()
    options.useDeterministicOrdering = true
    return try message.serializedBytes(options: options)
  }

  /// Times as TensorFlow's statistics of a step, one node after the other.
  private static func metadata(
    _ graph: Graph, _ names: NodeNames, _ microseconds: [String: Double]
  ) -> Tensorflow_RunMetadata {
    var device = Tensorflow_DeviceStepStats()
    device.device = GraphMessage.device
    var nanoseconds: Int64 = 0
    for id in graph.topologicalOrder() {
      let node = graph[id]
      guard let time = microseconds[node.name], time.isFinite, time >= 0 else { continue }
      // A day is more than a run takes, and sums stay far from the largest number.
      let length = Int64(min(time * 1e3, 86_400e9))
      var stats = Tensorflow_NodeExecStats()
      stats.nodeName = names[node.name]
      stats.timelineLabel = "\(names[node.name]) = \(node.op.mnemonic)"
      stats.allStartNanos = nanoseconds
      (stats.opEndRelNanos, stats.allEndRelNanos) = (length, length)
      // TensorBoard reads whole microseconds.
      stats.allStartMicros = nanoseconds / 1000
      let rounded = max(1, (length + 500) / 1000)
      (stats.opEndRelMicros, stats.allEndRelMicros) = (rounded, rounded)
      stats.output = node.outputs.enumerated().map { slot, type in
        var output = Tensorflow_NodeOutput()
        output.slot = Int32(slot)
        output.tensorDescription.dtype = .init(type.elementType)
        output.tensorDescription.shape = .init(type.shape)
        output.tensorDescription.allocationDescription.requestedBytes = Int64(
          type.shape.elementCount * type.elementType.byteCount)
        return output
      }
      device.nodeStats.append(stats)
      nanoseconds += length
    }
    var metadata = Tensorflow_RunMetadata()
    metadata.stepStats.devStats = [device]
    return metadata
  }
}
