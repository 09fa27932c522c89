import ImportONNX
import ProtobufMessages
import SwiftProtobuf
import TestSupport
import Testing
import WireFormats

@Suite("ONNX files whose bytes lie get an error, soon", .serialized)
struct HostileWireTests {
  private typealias Wire = WireBytes

  private static func read(_ bytes: [UInt8]) throws {
    let model = try ONNXModel(
      MappedFile(copying: bytes, name: "x.onnx"), externalDataFolder: nil)
    _ = try model.importGraph()
  }

  /// A model with the given fields in its graph and the bytes of a sound one behind them.
  private static func model(graph: [UInt8]) throws -> [UInt8] {
    var sound = ModelBuilder.model([ModelBuilder.node("Relu", ["x"], ["y"])])
    let rest: [UInt8] = try sound.graph.serializedBytes()
    sound.clearGraph()
    return Wire.field(7, graph + rest) + (try sound.serializedBytes() as [UInt8])
  }

  private static func node(_ fields: [UInt8]) -> [UInt8] {
    Wire.field(1, Wire.field(4, "Relu") + Wire.field(1, "x") + Wire.field(2, "q") + fields)
  }

  private static func attribute(_ fields: [UInt8]) -> [UInt8] {
    node(Wire.field(5, Wire.field(1, "a") + fields))
  }

  private static func weight(_ fields: [UInt8]) -> [UInt8] {
    Wire.field(5, Wire.field(8, "w") + Wire.field(2, UInt64(1)) + fields)
  }

  private static let endless = [UInt8](repeating: 0xFF, count: 11)

  static let damage: [(String, [UInt8])] = [
    ("a length of 2^31", Wire.field(1, [], claiming: 1 << 31)),
    ("a length of 2^63", Wire.field(1, [], claiming: 1 << 63)),
    ("a length of 2^64 - 1", Wire.field(1, [], claiming: .max)),
    ("a length of one more than there is", node([]) + Wire.field(9, [1], claiming: 1 << 20)),
    ("a number of eleven bytes", [0x08] + endless),
    ("a tag of eleven bytes", endless),
    ("a length of eleven bytes", [0x0A] + endless),
    ("a number of 65 bits", [0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x02]),
    ("field 0", [0x02, 0x00]), ("field 2^29", Wire.field(1 << 29, [])),
    ("the start of a group", [0x0B]), ("the end of a group", [0x0C]),
    ("wire type 6", [0x0E, 0x00]), ("wire type 7", [0x0F, 0x00]),
    ("a fixed number that is cut", node([0x0D, 0x00])),
    ("text that isn't UTF-8", node(Wire.field(3, [0xC3, 0x28]))),
    ("packed numbers that are cut", attribute(Wire.field(8, [0x80]))),
    ("packed numbers that never end", attribute(Wire.field(8, endless))),
    ("packed floats of three bytes", attribute(Wire.field(7, [0, 0, 0]))),
    ("packed doubles of nine bytes", weight(Wire.field(10, [UInt8](repeating: 0, count: 9)))),
  ]

  @Test("a field that lies about itself", arguments: damage)
  func damaged(_ what: String, _ fields: [UInt8]) throws {
    let bytes = try Self.model(graph: fields)
    let error = Attack.refused(what) { try Self.read(bytes) }
    #expect(error?.subject == "x.onnx")
  }

  @Test("messages within messages, as deep as the file is long")
  func nesting() throws {
    let name = Wire.field(1, "v")
    for (what, bytes) in [
      ("graphs", Wire.nested([6, 5, 1], depth: 300_000)),
      ("types", Wire.field(11, name + Wire.field(2, Wire.nested([1, 4], depth: 200_000)))),
      ("tensors", Self.attribute(Wire.nested([1, 22], depth: 2000))),
      ("unknown fields", Self.node(Wire.nested([99], depth: 200_000))),
    ] {
      let model = try Self.model(graph: bytes)
      Attack.survived(what) { try Self.read(model) }
    }
  }

  @Test("a few bytes that decode to many")
  func expansion() throws {
    func times(_ count: Int, _ bytes: [UInt8]) -> [UInt8] {
      var all: [UInt8] = []
      all.reserveCapacity(count * bytes.count)
      for _ in 0..<count { all += bytes }
      return all
    }
    let dimension = times(3_000_000, Wire.field(1, []))
    for (what, bytes) in [
      ("empty nodes", times(3_000_000, Wire.field(1, []))),
      ("empty weights", times(3_000_000, Wire.field(5, []))),
      ("empty inputs of a node", Self.node(times(5_000_000, Wire.field(1, [])))),
      ("empty attributes", Self.node(times(3_000_000, Wire.field(5, [])))),
      ("empty places of external data", Self.weight(times(3_000_000, Wire.field(13, [])))),
      ("empty sparse tensors", times(3_000_000, Wire.field(15, []))),
      ("empty descriptions", times(3_000_000, Wire.field(11, []))),
      (
        "extents of a type",
        Wire.field(
          11,
          Wire.field(1, "x") + Wire.field(2, Wire.field(1, Wire.field(2, dimension))))
      ),
      ("empty strings", Self.attribute(times(5_000_000, Wire.field(9, [])))),
      ("whole numbers of a byte", Self.attribute(Wire.field(8, times(70_000_000, [1])))),
      ("extents of a weight", Self.weight(times(5_000_000, Wire.field(1, UInt64(1))))),
    ] {
      let model = try Self.model(graph: bytes)
      Attack.refused(what) { try Self.read(model) }
    }
  }

  @Test("numbers of a byte each, as many as the limit lets through")
  func packedNumbers() throws {
    let numbers = [UInt8](repeating: 1, count: 30_000_000)
    for field in [Self.attribute(Wire.field(8, numbers)), Self.weight(Wire.field(7, numbers))] {
      let model = try Self.model(graph: field)
      Attack.survived("packed numbers") { try Self.read(model) }
    }
  }

  @Test("an empty file, one byte, and a file of zeros")
  func nothing() {
    for bytes in [[], [0], [0x08], [UInt8](repeating: 0, count: 4096)] {
      Attack.refused("\(bytes.count) bytes") { try Self.read(bytes) }
    }
  }
}
