import Foundation
import GraphIR
import ImportTensorFlow
import ProtobufMessages
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("TensorFlow files that no tool would write get an error, quickly")
struct HostileTests {
  /// What importing throws; within a second.
  @discardableResult
  private func refused(
    _ builder: GraphDefBuilder, _ comment: String = "", location: SourceLocation = #_sourceLocation
  ) -> InceptError? {
    let start = ProcessorTime.ofThread
    let error = #expect(throws: InceptError.self, sourceLocation: location) {
      try builder.imported()
    }
    #expect(ProcessorTime.ofThread - start < 1, sourceLocation: location)
    #expect(error?.category == .badData, "\(comment) \(String(describing: error))")
    return error
  }

  @Test("all nodes that can't be expressed are listed at once, with operation, names and reason")
  func unsupported() throws {
    var builder = GraphDefBuilder()
    builder.input("x", [1, 4, 4, 2])
    builder.node("sw", "Switch", ["x", "x"])
    builder.node("merged", "Merge", ["sw", "sw:1"])
    builder.node("odd/1", "MadeUp", ["merged"])
    builder.node("odd/2", "MadeUp", ["x"])
    builder.constant("c", [2], [1, 1])
    builder.node("train", "FusedBatchNorm", ["x", "c", "c", "c", "c"], [:])
    builder.node("end", "AddN", ["odd/1", "odd/2", "train"])
    let error = try #require(refused(builder))
    let text = try #require(error.actual)
    #expect(text.hasPrefix("5 others"))
    for part in [
      "Switch 'sw'", "Merge 'merged'", "MadeUp 'odd/1', 'odd/2'", "FusedBatchNorm 'train'",
      "branches or loops", "as in training",
    ] {
      #expect(text.contains(part), "\(text)")
    }
    #expect(error.subject == "test.pb")
  }

  @Test("variables that weren't frozen, texts, unknown types")
  func unfrozen() throws {
    var builder = GraphDefBuilder()
    builder.node("v", "VarHandleOp")
    builder.node("read", "ReadVariableOp", ["v"])
    builder.node("y", "Relu", ["read"])
    #expect(refused(builder)?.actual?.contains("freeze it first") == true)
    builder = GraphDefBuilder()
    builder.node(
      "s", "Const", [], ["value": .tensor(.dtString, [1]) { $0.stringVal = [Data([1])] }])
    builder.node("y", "Identity", ["s"])
    #expect(refused(builder)?.actual?.contains("string") == true)
    builder = GraphDefBuilder()
    builder.input("x", [2], .dtUint8)
    builder.node("y", "Identity", ["x"])
    #expect(refused(builder)?.actual?.contains("uint8") == true)
  }

  @Test("cycles, dangling inputs, duplicate names, no results")
  func structure() {
    var builder = GraphDefBuilder()
    builder.node("a", "Relu", ["b"])
    builder.node("b", "Relu", ["a"])
    builder.node("c", "Relu", ["a"])
    #expect(refused(builder)?.expectation == "expected no cycle")
    builder = GraphDefBuilder()
    builder.node("a", "Relu", ["a"])
    refused(builder, "no results")
    for input in ["nobody", "x:-1", "x:a", "x:1:2", "", ":", "x:99999999999999999999"] {
      builder = GraphDefBuilder()
      builder.input("x", [1])
      builder.node("y", "Relu", [input])
      refused(builder, input)
    }
    builder = GraphDefBuilder()
    builder.input("x", [1])
    builder.node("y", "Relu", ["x:1"])
    refused(builder, "an output that isn't there")
    builder = GraphDefBuilder()
    builder.input("x", [1])
    builder.input("x", [1])
    refused(builder, "two of one name")
    for count in [0, 1, 3] {
      builder = GraphDefBuilder()
      builder.input("x", [1])
      builder.node("y", "Conv2D", Array(repeating: "x", count: count))
      refused(builder, "\(count) inputs")
    }
  }

  @Test("tensors larger than any memory, or than their bytes")
  func sizes() throws {
    for shape in [
      [1 << 31], [1 << 16, 1 << 16], [Int.max, Int.max], [-1], [-5], [0], [3],
      Array(repeating: 2, count: 300),
    ] {
      for length in [0, 4, 8] {
        var builder = GraphDefBuilder()
        builder.input("x", [1])
        builder.node(
          "c", "Const", [],
          ["value": .tensor(.dtFloat, shape) { $0.tensorContent = Data(count: length) }])
        builder.node("y", "Add", ["x", "c"])
        if shape == [3], length == 0 { continue }
        refused(builder, "\(shape) \(length)")
      }
      var builder = GraphDefBuilder()
      builder.node("c", "Const", [], ["value": .tensor(.dtInt32, shape) { $0.intVal = [1] }])
      builder.node("x", "Identity", ["c"])
      refused(builder, "\(shape)")
    }
    for shape in [[1 << 40], [1 << 20, 1 << 20, 1 << 20], [1, 1 << 33, 4, 3]] {
      var builder = GraphDefBuilder()
      builder.input("x", shape)
      builder.node("y", "Relu", ["x"])
      refused(builder, "\(shape)")
    }
    var builder = GraphDefBuilder()
    builder.integers("n", [1 << 30, 1 << 30])
    builder.constant("v", [], [1])
    builder.node("y", "Fill", ["n", "v"])
    refused(builder)
    // Many repeated values that are each within bounds.
    builder = GraphDefBuilder()
    for index in 0..<64 {
      builder.node(
        "c\(index)", "Const", [],
        ["value": .tensor(.dtFloat, [1 << 24]) { $0.floatVal = [1] }])
    }
    builder.node("y", "AddN", (0..<64).map { "c\($0)" })
    refused(builder)
  }

  @Test("attributes of wrong kinds and absurd numbers")
  func attributes() {
    let window = ["padding": Tensorflow_AttrValue.text("SAME")]
    let cases: [(String, [String: Tensorflow_AttrValue])] = [
      ("MaxPool", window.merging(["ksize": .int(3)]) { $1 }),
      ("MaxPool", window.merging(["ksize": .ints([1, 2]), "strides": .ints([1])]) { $1 }),
      ("MaxPool", ["ksize": .ints([1, 2, 2, 1]), "strides": .ints([1, 1, 1, 1])]),
      (
        "MaxPool",
        window.merging(["ksize": .ints([1, Int.max, 1, 1]), "strides": .ints([1, 1, 1, 1])]) { $1 }
      ),
      (
        "AvgPool",
        window.merging(["ksize": .ints([1, 2, 2, 1]), "strides": .ints([1, 0, -1, 1])]) { $1 }
      ),
      (
        "MaxPool",
        [
          "padding": .text("EXPLICIT"), "ksize": .ints([1, 2, 2, 1]),
          "strides": .ints([1, 1, 1, 1]),
          "explicit_paddings": .ints([0, 0, Int.max, 1, 1, 1, 0, 0]),
        ]
      ),
      ("LRN", ["depth_radius": .int(Int.max)]), ("LRN", ["depth_radius": .int(-1)]),
      ("LRN", ["alpha": .int(1)]), ("Squeeze", ["squeeze_dims": .ints([9])]),
      ("Unpack", ["axis": .int(Int.min)]), ("Pack", ["axis": .int(Int.max)]),
      ("Cast", [:]), ("MatMul", [:]), ("Mean", [:]), ("Reshape", [:]), ("Split", [:]),
      ("FusedBatchNormV3", ["is_training": .flag(false)]),
      ("Softmax", ["T": .text("x")]),
    ]
    for (op, attributes) in cases.dropLast() {
      var builder = GraphDefBuilder()
      builder.input("x", [1, 4, 4, 2])
      builder.node("y", op, ["x"], attributes)
      refused(builder, "\(op) \(attributes)")
    }
  }

  @Test("functions that call themselves, or too many others")
  func functions() {
    func function(_ name: String, _ calls: [String]) -> Tensorflow_FunctionDef {
      .with {
        $0.signature.name = name
        $0.signature.inputArg = [.with { $0.name = "v" }]
        $0.signature.outputArg = [.with { $0.name = "r" }]
        $0.nodeDef = calls.enumerated().map { index, callee in
          GraphDefBuilder.node(
            "c\(index)", "PartitionedCall", [index == 0 ? "v" : "c\(index - 1):output:0"],
            ["f": .function(callee)])
        }
        $0.ret = ["r": calls.isEmpty ? "v" : "c\(calls.count - 1):output:0"]
      }
    }
    var builder = GraphDefBuilder()
    builder.input("x", [1])
    builder.node("call", "PartitionedCall", ["x"], ["f": .function("f0")])
    builder.graph.library.function = [function("f0", ["f0"])]
    refused(builder, "recursion")
    builder.graph.library.function =
      (0..<30).map { function("f\($0)", ["f\($0 + 1)", "f\($0 + 1)"]) } + [function("f30", [])]
    refused(builder, "exponential")
    builder.graph.library.function = []
    refused(builder, "undefined")
    builder = GraphDefBuilder()
    builder.node("a", "PartitionedCall", ["a"], ["f": .function("f")])
    builder.node("y", "Relu", ["a"])
    builder.graph.library.function = [function("f", [])]
    refused(builder, "a call of its own value")
  }

  @Test("long chains take neither stack nor long")
  func chains() throws {
    var builder = GraphDefBuilder()
    builder.input("n0", [1])
    for index in 1...20_000 { builder.node("n\(index)", "Identity", ["n\(index - 1)"]) }
    #expect(try builder.imported().nodeCount == 20_001)
    builder.graph.node.reverse()
    #expect(try builder.imported().nodeCount == 20_001)
  }

  /// A field of bytes.
  private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
    var digits: [UInt8] = []
    var rest = bytes.count
    while rest >= 0x80 {
      digits.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return [number << 3 | 2] + digits + [UInt8(rest)] + bytes
  }

  @Test("nesting and lengths that lie")
  func wire() throws {
    // An attribute that is a function with an attribute, and so on.
    var nested: [UInt8] = []
    for level in 0..<1200 { nested = Self.field(level % 3 == 2 ? 10 : 2, nested) }
    nested = Self.field(1, Self.field(1, [0x61]) + Self.field(2, [0x61]) + Self.field(5, nested))
    let node: [UInt8] = [0x0A, 0x06, 0x0A, 0x01, 0x61, 0x12, 0x01, 0x61]
    let cases: [[UInt8]] = [
      [], [0x0A], [0x0A, 0x05], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
      [0x0A] + Array(repeating: 0xFF, count: 12), [0x0B], [0x0C], [0x00, 0x00], node + [0x0F],
      node + [0x0A, 0x7F], node + [0x09, 1], node + [0x0D, 1], node + [0x08, 0x80], nested,
      [0x12, 0x00], Array(repeating: 0x0A, count: 1 << 16),
      Array(repeating: [0x0A, 0x00], count: 2 << 20).flatMap { $0 },
    ]
    for bytes in cases {
      let start = ProcessorTime.ofThread
      let error = #expect(throws: InceptError.self) {
        try TensorFlowModel.importGraph(MappedFile(copying: bytes, name: "x.pb"))
      }
      #expect(error?.category == .badData, "\(bytes.prefix(16))")
      #expect(ProcessorTime.ofThread - start < 1, "\(bytes.prefix(16))")
    }
  }

  @Test(
    "files with changed, cut or repeated bytes are refused or give sound graphs",
    arguments: ["functions", "movement", "constants", "normalisation", "shapes"])
  func mutations(name: String) throws {
    let path = OracleCase.folder.appendingPathComponent(name + ".pb").path
    let original = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    var source = RandomSource(seed: 11)
    for _ in 0..<300 {
      var bytes = original
      for _ in 0..<source.int(in: 1...4) {
        let place = source.int(in: 0...bytes.count - 1)
        switch source.int(in: 0...3) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: source.next())
        case 1: bytes[place] ^= 1 << UInt8(source.int(in: 0...7))
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + source.int(in: 1...40)))
        default:
          bytes.insert(
            contentsOf: bytes[place..<min(bytes.count, place + source.int(in: 1...40))], at: place)
        }
        if bytes.isEmpty { bytes = [0] }
      }
      do {
        try TensorFlowModel.importGraph(MappedFile(copying: bytes, name: "x.pb")).graph.verify()
      } catch {
        #expect(error.category != .software, "\(error)")
      }
    }
  }
}
