import Foundation
import ImportKeras
import Passes
import TensorCore
import TestSupport
import Testing

@Suite("Keras descriptions that ask for the impossible get an error, soon", .serialized)
struct HostileConfigTests {
  private typealias Text = ConfigText

  private static func refused(_ what: String, _ config: String) {
    Attack.refused(what) { _ = try Text.imported(config) }
  }

  @Test(
    "a layer that can't be",
    arguments: [
      ("MaxPooling2D", #""pool_size": [9223372036854775807, 1]"#),
      ("MaxPooling2D", #""pool_size": [2, 2], "strides": [0, 0]"#),
      ("MaxPooling2D", #""pool_size": 1e999"#), ("AveragePooling2D", #""pool_size": [-1, -1]"#),
      ("MaxPooling2D", #""pool_size": [[[2]]]"#),
      ("UpSampling2D", #""size": [2147483648, 2147483648]"#),
      ("UpSampling2D", #""size": [0, 0]"#), ("UpSampling2D", #""size": [1, 1, 1]"#),
      ("ZeroPadding2D", #""padding": 9223372036854775807"#),
      ("ZeroPadding2D", #""padding": [[1, 1], [1, 9223372036854775807]]"#),
      ("Cropping2D", #""cropping": [[4, 4], [4, 4]]"#),
      ("Cropping2D", #""cropping": 9223372036854775807"#),
      ("Reshape", #""target_shape": [9223372036854775807, 9223372036854775807]"#),
      ("Reshape", #""target_shape": [-1, 0]"#), ("Reshape", #""target_shape": [7]"#),
      ("Reshape", #""target_shape": [[8]]"#), ("Permute", #""dims": [1, 1, 1]"#),
      ("Permute", #""dims": [0, 1, 2]"#), ("Permute", #""dims": [9223372036854775807]"#),
      ("RepeatVector", #""n": 2147483648"#), ("Softmax", #""axis": 9223372036854775807"#),
      ("Softmax", #""axis": -9223372036854775808"#), ("Concatenate", #""axis": 9"#),
      ("Rescaling", #""scale": "x""#), ("Rescaling", #""scale": []"#),
      ("LeakyReLU", #""negative_slope": "x""#), ("ReLU", #""max_value": -1"#),
      ("Activation", #""activation": ["relu"]"#), ("Activation", ""),
      (
        "Activation",
        #""activation": {"class_name": "__lambda__", "config": {"value": "aW1wb3J0IG9z"}}"#
      ),
      (
        "Activation",
        #""activation": {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"}"#
      ),
      ("Lambda", #""function": {"class_name": "__lambda__", "config": {"code": "4wEAAAA="}}"#),
      (
        "Lambda",
        #""function": ["4wEAAAA=", null, null], "function_type": "lambda", "module": "os""#
      ),
      ("TFOpLambda", #""function": "io.read_file""#), ("SlicingOpLambda", ""),
      ("Custom>Lambda", ""), ("os.system", ""), ("../../Conv2D", ""), ("", ""),
      ("Conv2D", #""filters": 9223372036854775807, "kernel_size": 3"#),
      ("Conv2D", #""filters": 4, "kernel_size": [2147483648, 2147483648]"#),
      ("Conv2D", #""filters": 4, "kernel_size": 3, "strides": 0"#),
      ("Conv2D", #""filters": 4, "kernel_size": 3, "groups": 0"#),
      ("Conv2D", #""filters": 4, "kernel_size": 3, "groups": 9223372036854775807"#),
      ("Conv2D", #""filters": 4, "kernel_size": 3, "dilation_rate": 9223372036854775807"#),
      ("DepthwiseConv2D", #""kernel_size": 3, "depth_multiplier": 9223372036854775807"#),
      ("Dense", #""units": 9223372036854775807"#), ("Dense", #""units": 0"#),
      ("Dense", #""units": "x""#), ("Dense", ""),
      ("BatchNormalization", #""axis": [9]"#), ("BatchNormalization", #""epsilon": -1e999"#),
      ("PReLU", #""shared_axes": [9223372036854775807]"#),
    ])
  func layer(className: String, config: String) {
    let layer = Text.layer(className, "l", config, inputs: ["x"])
    Self.refused("\(className) \(config)", Text.model([Text.input(), layer], output: "l"))
  }

  @Test(
    "calls of layers, outputs and tensors that aren't there",
    arguments: [
      #"[[["nobody", 0, 0, {}]]]"#, #"[[["x", 1, 0, {}]]]"#, #"[[["x", 0, 1, {}]]]"#,
      #"[[["x", 9223372036854775807, 9223372036854775807, {}]]]"#, #"[[["x", -1, -1, {}]]]"#,
      #"[[["x", "0", 0, {}]]]"#, #"[[["l", 0, 0, {}]]]"#, #"[[["x"]]]"#, #"[[[[["x", 0, 0]]]]]"#,
      #"[null]"#, #"[5]"#, #""x""#, #"{"x": 1}"#,
      #"[{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0]}}], "kwargs": {}}]"#,
      #"[{"args": [{"class_name": "__keras_tensor__", "config": {}}], "kwargs": {}}]"#,
    ])
  func calls(inbound: String) {
    let layer =
      #"{"class_name": "ReLU", "name": "l", "config": {"name": "l"}, "inbound_nodes": \#(inbound)}"#
    Self.refused(inbound, Text.model([Text.input(), layer], output: "l"))
  }

  @Test("values that double, or grow a thousandfold, with every layer")
  func doubling() {
    for (count, className, config, isTwice) in [
      (62, "Concatenate", #""axis": -1"#, true), (30, "UpSampling2D", #""size": [64, 64]"#, false),
      (30, "ZeroPadding2D", #""padding": 1048576"#, false),
    ] {
      var layers = [Text.input()]
      for index in 0..<count {
        let before = index == 0 ? "x" : "l\(index - 1)"
        layers.append(
          Text.layer(className, "l\(index)", config, inputs: isTwice ? [before, before] : [before]))
      }
      Self.refused(className, Text.model(layers, output: "l\(count - 1)"))
    }
  }

  @Test("cycles, one name twice, results that aren't there")
  func structure() {
    for (what, layers, output) in [
      (
        "a cycle of three",
        [
          Text.layer("ReLU", "a", inputs: ["c"]), Text.layer("ReLU", "b", inputs: ["a"]),
          Text.layer("ReLU", "c", inputs: ["b"]),
        ], "c"
      ),
      ("a layer that reads itself", [Text.layer("Add", "a", inputs: ["x", "a"])], "a"),
      (
        "one name twice",
        [Text.layer("ReLU", "a", inputs: ["x"]), Text.layer("ReLU", "a", inputs: ["x"])], "a"
      ),
      ("two inputs of one name", [Text.input()], "x"),
      ("no such result", [Text.layer("ReLU", "a", inputs: ["x"])], "b"),
    ] {
      Self.refused(what, Text.model([Text.input()] + layers, output: output))
    }
  }

  @Test("inputs of no shape that there is")
  func inputs() {
    for shape in [
      "[null, 9223372036854775807, 9223372036854775807, 3]", "[null, 2147483648, 2147483648, 1]",
      "[null, 0, 8, 3]", "[null, -8, 8, 3]", "[null, 1.5, 8, 3]", "[null, true, 8, 3]", "{}", "[]",
      "[null, 1e30, 8, 3]", "[\(Array(repeating: "1", count: 100_000).joined(separator: ","))]",
    ] {
      Self.refused(
        "\(shape.prefix(60))",
        Text.model(
          [Text.input(shape), Text.layer("ReLU", "l", inputs: ["x"])], output: "l"))
    }
  }

  @Test("descriptions larger or deeper than any network's")
  func size() {
    let layer = Text.layer("ReLU", "l", inputs: ["x"])
    for (what, text) in [
      ("a million layers", Text.model(Array(repeating: layer, count: 200_000), output: "l")),
      (
        "a long name",
        Text.model(
          [Text.input(), Text.layer("ReLU", String(repeating: "l", count: 20_000_000))], output: "l"
        )
      ),
      ("lists in lists", String(repeating: "[", count: 5_000_000)),
      ("objects in objects", String(repeating: #"{"config":"#, count: 1_000_000)),
      ("a million keys", "{" + (0..<1_000_000).map { "\"\($0)\":0" }.joined(separator: ",") + "}"),
      ("numbers of a million digits", "[" + String(repeating: "9", count: 5_000_000) + "]"),
      ("a text of escapes", "{\"a\":\"" + String(repeating: "\\u0041", count: 2_000_000) + "\"}"),
    ] {
      Self.refused(what, text)
    }
  }

  @Test("code in a description is not run: nothing is touched")
  func code() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("keras-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let canary = folder.appendingPathComponent("canary").path
    for config in [
      #""function": "__import__('os').system('touch \#(canary)')""#,
      #""function": {"class_name": "__lambda__", "config": {"code": "touch \#(canary)"}}"#,
      #""function": {"module": "os", "class_name": "system", "config": "touch \#(canary)"}"#,
    ] {
      Self.refused(
        "a Lambda",
        Text.model([Text.input(), Text.layer("Lambda", "l", config, inputs: ["x"])], output: "l"))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }
}
