import Foundation
import TestSupport
import Testing

/// ONNX models, TensorFlow graphs and safetensors files that do harm, through the real command.
@Suite("hostile input: networks in protobuf")
struct HostileInputNetworkTests {
  private typealias Wire = WireBytes

  /// An ONNX model of nodes and weights with an input `x` of two numbers and a result `y`.
  private static func onnx(_ graph: [[UInt8]], opset: UInt64 = 18) -> [UInt8] {
    let shape = Wire.field(2, Wire.field(1, Wire.field(1, UInt64(2))))
    let type = Wire.field(2, Wire.field(1, Wire.field(1, UInt64(1)) + shape))
    let values =
      Wire.field(11, Wire.field(1, "x") + type) + Wire.field(12, Wire.field(1, "y") + type)
    return Wire.field(1, UInt64(8)) + Wire.field(7, graph.flatMap { $0 } + values)
      + Wire.field(8, Wire.field(2, opset))
  }

  private static func node(_ op: String, _ inputs: [String], _ output: String = "y") -> [UInt8] {
    let names = inputs.flatMap { Wire.field(1, $0) }
    return Wire.field(1, names + Wire.field(2, output) + Wire.field(4, op))
  }

  /// A float weight `w` whose data lie in another file.
  private static func weight(at location: String, _ more: (String, String)...) -> [UInt8] {
    let entries = ([("location", location)] + more).flatMap {
      Wire.field(13, Wire.field(1, $0.0) + Wire.field(2, $0.1))
    }
    return Wire.field(
      5,
      Wire.field(1, UInt64(2)) + Wire.field(2, UInt64(1)) + Wire.field(8, "w") + entries
        + Wire.field(14, UInt64(1)))
  }

  private static func ints(_ name: String, _ values: [UInt64]) -> [UInt8] {
    Wire.field(
      5,
      Wire.field(1, UInt64(values.count)) + Wire.field(2, UInt64(7)) + Wire.field(8, name)
        + Wire.field(7, values.flatMap(Wire.varint)))
  }

  @Test("ONNX models that lie are refused")
  func models() throws {
    let sound = Self.node("Relu", ["x"])
    let models: [(String, [UInt8])] = [
      ("a cycle", Self.onnx([Self.node("Relu", ["z"]), Self.node("Relu", ["y"], "z")])),
      ("a dangling input", Self.onnx([Self.node("Relu", ["nobody"])])),
      ("operator set 0", Self.onnx([sound], opset: 0)),
      ("operator set 2^63", Self.onnx([sound], opset: 1 << 63)),
      ("a length that lies", Self.onnx([sound, Wire.field(1, [], claiming: 1 << 40)])),
      ("graphs in graphs", Self.onnx([sound, Wire.nested([6, 5, 1], depth: 99_999)])),
      (
        "values of 2^62 elements",
        Self.onnx([Self.ints("s", [1 << 31, 1 << 31]), Self.node("ConstantOfShape", ["s"])])
      ),
      (
        "a shape of 2^62",
        Self.onnx([Self.ints("s", [1 << 62, 1]), Self.node("Reshape", ["x", "s"])])
      ),
      (
        "a tile of 2^62",
        Self.onnx([Self.ints("s", [1 << 62]), Self.node("Tile", ["x", "s"])])
      ),
      ("an operator of escapes", Self.onnx([Self.node("\u{1B}[2J\nincept: error: a", ["x"])])),
      ("a million nodes", Self.onnx([[UInt8]](repeating: [0x0A, 0], count: 1_000_000))),
    ]
    try withTrap { trap in
      let control = try MeasuredRun(["graph", trap.file("sound.onnx", Self.onnx([sound]))])
      #expect(control.status == 0, "\(control.error)")
      for (what, bytes) in models {
        let path = try trap.file("model.onnx", bytes)
        let run = try trap.refuse(["graph", path], 65)
        #expect(run.seconds < 1, "\(what)")
      }
    }
  }

  @Test("ONNX weights outside of the model's folder, in pipes, devices and folders are refused")
  func externalData() throws {
    try withTrap { trap in
      let folder = "\(trap.folder)/model"
      let files = FileManager.default
      try files.createDirectory(atPath: "\(folder)/folder", withIntermediateDirectories: true)
      _ = try trap.file("secret", [UInt8](repeating: 1, count: 8))
      _ = try trap.file("model/weights", [UInt8](repeating: 0, count: 8))
      #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
      #expect(symlink("../secret", "\(folder)/link") == 0)
      #expect(symlink("/dev/zero", "\(folder)/zero") == 0)
      func path(_ weight: [UInt8]) throws -> String {
        try trap.file("model/net.onnx", Self.onnx([weight, Self.node("Add", ["x", "w"])]))
      }
      let control = try MeasuredRun(["graph", path(Self.weight(at: "weights"))])
      #expect(control.status == 0, "\(control.error)")
      for location in [
        "../secret", "\(trap.folder)/secret", "link", "zero", "/dev/zero", "/etc/passwd",
        "folder/../../secret", "",
      ] {
        try trap.refuse(["graph", path(Self.weight(at: location))], 65)
      }
      // Inside, but nothing that has bytes.
      for location in ["pipe", "folder", "."] {
        let run = try MeasuredRun(["graph", path(Self.weight(at: location))])
        #expect([65, 74].contains(run.status), "\(location): \(run.error)")
        trap.expectForm(run, "\(location)")
      }
      try trap.refuse(["graph", path(Self.weight(at: "none"))], 66)
      for (key, value) in [("offset", "4"), ("offset", "9223372036854775807"), ("length", "16")] {
        try trap.refuse(["graph", path(Self.weight(at: "weights", (key, value)))], 65)
      }
    }
  }

  @Test("TensorFlow graphs that lie are refused")
  func graphs() throws {
    func node(_ name: String, _ op: String, _ inputs: [String] = [], _ rest: [UInt8] = [])
      -> [UInt8]
    {
      Wire.field(
        1, Wire.field(1, name) + Wire.field(2, op) + inputs.flatMap { Wire.field(3, $0) } + rest)
    }
    func constant(_ extents: [UInt64], _ type: UInt64) -> [UInt8] {
      let shape = Wire.field(2, extents.flatMap { Wire.field(2, Wire.field(1, $0)) })
      let tensor = Wire.field(8, Wire.field(1, type) + shape + Wire.field(7, Wire.varint(1)))
      return node("c", "Const", [], Wire.field(5, Wire.field(1, "value") + Wire.field(2, tensor)))
    }
    let end = node("y", "Identity", ["c"])
    try withTrap { trap in
      for (what, bytes) in [
        ("a cycle", node("a", "Relu", ["b"]) + node("b", "Relu", ["a"]) + node("y", "Relu", ["a"])),
        ("a dangling input", node("y", "Relu", ["nobody"])),
        ("2^31 numbers of one byte", constant([1 << 31], 3) + end),
        ("2^62 numbers of one byte", constant([1 << 31, 1 << 31], 1) + end),
        ("an extent of -1", constant([.max], 1) + end),
        ("a length that lies", end + Wire.field(1, [], claiming: 1 << 40)),
        (
          "messages in messages",
          node("a", "Relu", ["b"], Wire.nested([2, 10, 2, 5], depth: 100_000))
        ),
      ] {
        let run = try trap.refuse(["graph", trap.file("model.pb", bytes)], 65)
        #expect(run.seconds < 1, "\(what)")
      }
    }
  }

  @Test("safetensors files that lie are refused")
  func safetensors() throws {
    let entry = #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
    try withTrap { trap in
      for header in [
        #"\#(entry)"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#,
        #"\#(entry)"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#,
        #"\#(entry)"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
        #"{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#,
        "{" + String(repeating: "\"a\":", count: 100_000),
      ] {
        let bytes = HostileFiles.little(UInt64(header.utf8.count)) + Array(header.utf8) + [0, 0, 0]
        let path = try trap.file("model.safetensors", bytes)
        try trap.refuse(["graph", "digits_cnn", "--weights", path], 65)
      }
    }
  }
}
