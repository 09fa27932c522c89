import Foundation
import ImportONNX
import ProtobufMessages
import SwiftProtobuf
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("ONNX files that lie get an error, soon")
struct HostileModelTests {
  private typealias Make = ModelBuilder

  @discardableResult
  private func refused(
    _ model: Onnx_ModelProto, folder: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> InceptError? {
    let start = ProcessorTime.ofThread
    let error = #expect(throws: InceptError.self, sourceLocation: sourceLocation) {
      try Make.read(model, folder: folder).importGraph()
    }
    #expect(ProcessorTime.ofThread - start < 1, sourceLocation: sourceLocation)
    return error
  }

  @Test("cut anywhere")
  func truncated() throws {
    let model = Make.model(
      [Make.node("Add", ["x", "w"], ["y"])],
      initializers: [Make.floats("w", [1, 2], [1, 2])])
    let bytes: [UInt8] = try model.serializedBytes()
    for count in 0..<bytes.count {
      let file = MappedFile(copying: bytes[..<count], name: "cut.onnx")
      _ = try? ONNXModel(file, externalDataFolder: nil).importGraph()
    }
    for index in bytes.indices {
      for flip in [0x01, 0x80, 0xFF] as [UInt8] {
        var changed = bytes
        changed[index] ^= flip
        let file = MappedFile(copying: changed, name: "changed.onnx")
        _ = try? ONNXModel(file, externalDataFolder: nil).importGraph()
      }
    }
  }

  @Test("cycles, dangling inputs and values computed twice")
  func edges() {
    refused(Make.model([Make.node("Relu", ["z"], ["y"])]))
    refused(Make.model([Make.node("Relu", ["b"], ["a"]), Make.node("Relu", ["a"], ["b"])]))
    refused(Make.model([Make.node("Relu", ["x"], ["y"]), Make.node("Relu", ["x"], ["y"])]))
    refused(Make.model([Make.node("Relu", ["x"], ["z"])]))
    refused(Make.model([Make.node("Relu", [], ["y"])]))
  }

  @Test("tensors whose shapes lie about their data")
  func shapes() {
    for shape in [[3], [-1], [1 << 31], [1 << 62, 4], [0, 1 << 62, 1 << 62], [2, 2]] as [[Int64]] {
      refused(
        Make.model(
          [Make.node("Add", ["x", "w"], ["y"])], initializers: [Make.floats("w", shape, [1, 2])]))
    }
    var typed = Make.floats("w", [2], [1, 2])
    typed.dataType = 8
    refused(Make.model([Make.node("Add", ["x", "w"], ["y"])], initializers: [typed]))
    typed.dataType = 99
    refused(Make.model([Make.node("Add", ["x", "w"], ["y"])], initializers: [typed]))
  }

  @Test("values of 2^31 elements and more made of nothing")
  func bombs() {
    let shape = Make.ints("s", [1 << 20, 1 << 20, 1 << 20])
    refused(Make.model([Make.node("ConstantOfShape", ["s"], ["y"])], initializers: [shape]))
    refused(
      Make.model(
        [Make.node("Reshape", ["x", "s"], ["y"])],
        initializers: [Make.ints("s", [1 << 62, 1 << 62])]))
    let values = (0..<44).map { "v\($0)" }
    let doubling = zip(values, values.dropFirst()).map {
      Make.node("Concat", [$0, $0], [$1], [Make.int("axis", 0)])
    }
    refused(
      Make.model(
        [Make.node("Relu", ["x"], ["v0"])] + doubling + [Make.node("Relu", ["v43"], ["y"])]))
  }

  @Test("graphs within graphs, and functions that call themselves")
  func nesting() throws {
    var inner = Make.model([Make.node("Relu", ["x"], ["y"])]).graph
    for _ in 0..<200 {
      var attribute = Onnx_AttributeProto()
      attribute.name = "then_branch"
      attribute.type = .graph
      attribute.g = inner
      var graph = Onnx_GraphProto()
      graph.node = [Make.node("If", ["x"], ["y"], [attribute])]
      inner = graph
    }
    var model = Make.model([])
    model.graph.node = inner.node
    refused(model)
    var function = Onnx_FunctionProto()
    function.domain = "local"
    function.name = "Again"
    function.input = ["a"]
    function.output = ["b"]
    function.node = [
      Make.node("Again", ["a"], ["c"], domain: "local"),
      Make.node("Again", ["c"], ["b"], domain: "local"),
    ]
    var recursive = Make.model([Make.node("Again", ["x"], ["y"], domain: "local")])
    recursive.functions = [function]
    refused(recursive)
  }

  @Test("more nodes than anybody needs")
  func count() {
    let node = Onnx_NodeProto()
    refused(Make.model([Onnx_NodeProto](repeating: node, count: 500_000)))
  }

  @Test("external data outside of the model's folder, through links and beyond the file's end")
  func externalData() throws {
    let files = FileManager.default
    let root = files.temporaryDirectory.appendingPathComponent("onnx-\(UUID().uuidString)")
    let folder = root.appendingPathComponent("model")
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? files.removeItem(at: root) }
    let data = Data([Float(1), 2].flatMap { withUnsafeBytes(of: $0) { Array($0) } })
    try data.write(to: root.appendingPathComponent("secret"))
    try data.write(to: folder.appendingPathComponent("weights"))
    try files.createSymbolicLink(
      at: folder.appendingPathComponent("link"),
      withDestinationURL: root.appendingPathComponent("secret"))
    try files.createSymbolicLink(
      at: folder.appendingPathComponent("up"), withDestinationURL: root)
    try files.createDirectory(
      at: folder.appendingPathComponent("folder"), withIntermediateDirectories: true)
    try files.createSymbolicLink(
      atPath: folder.appendingPathComponent("zero").path, withDestinationPath: "/dev/zero")
    #expect(mkfifo(folder.appendingPathComponent("pipe").path, 0o600) == 0)
    #expect(mkfifo(root.appendingPathComponent("pipe").path, 0o600) == 0)
    try Data().write(to: folder.appendingPathComponent("empty"))
    func model(_ entries: [String: String]) -> Onnx_ModelProto {
      var tensor = Make.floats("w", [1, 2], [])
      tensor.clearRawData()
      tensor.dataLocation = .external
      tensor.externalData = entries.map { key, value in
        var entry = Onnx_StringStringEntryProto()
        entry.key = key
        entry.value = value
        return entry
      }
      return Make.model([Make.node("Add", ["x", "w"], ["y"])], initializers: [tensor])
    }
    #expect(throws: Never.self) {
      try Make.read(model(["location": "weights"]), folder: folder.path).importGraph()
    }
    for location in [
      "../secret", "link", "up/secret", root.appendingPathComponent("secret").path, "", ".",
      "none", "a/../../secret", "weights\0", "/dev/zero", "folder", "pipe", "../pipe", "zero",
      "empty", "folder/", "weights/", "./../secret", "folder/../../secret", "up/pipe", "\\secret",
      String(repeating: "a/", count: 100_000),
    ] {
      refused(model(["location": location]), folder: folder.path)
    }
    for entries in [
      ["offset": "4"], ["offset": "-8"], ["offset": "9223372036854775807"], ["length": "4"],
      ["length": "16"], ["offset": "x"], ["length": "-1"], ["length": "9223372036854775807"],
      ["offset": "1125899906842624"], ["offset": "0x0"], ["offset": " 0"], ["length": ""],
    ] {
      refused(
        model(entries.merging(["location": "weights"]) { $1 }), folder: folder.path)
    }
    refused(model(["location": "weights"]))
  }
}
