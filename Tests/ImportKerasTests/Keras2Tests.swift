import GraphIR
import ImportKeras
import Operators
import Reference
import TensorCore
import TestSupport
import Testing

@Suite("Configurations as Keras 2 writes them")
struct Keras2Tests {
  @Test("depthwise kernels, alpha, batch_input_shape and lists of references are understood")
  func functional() throws {
    let text = ConfigText.model(
      [
        ConfigText.input("[null, 4, 4, 2]"),
        ConfigText.layer(
          "DepthwiseConv2D", "d",
          #""kernel_size": [1, 1], "depth_multiplier": 2, "use_bias": false"#,
          inputs: ["x"]),
        ConfigText.layer("LeakyReLU", "l", #""alpha": 0.25"#, inputs: ["d"]),
        ConfigText.layer("Average", "a", inputs: ["d", "l"]),
      ], output: "a")
    let kernel = HostTensor(shape: [1, 1, 2, 2], floats: [1, -2, 3, -4])
    let model = try ConfigText.imported(text, [("d", [("d/depthwise_kernel:0", kernel)])])
    let ones = HostTensor.filled([1, 4, 4, 2], with: 1)
    let results = try ReferenceEvaluator.evaluate(model.graph, feeding: ["x": ones])
    #expect(results["a"]?.values.prefix(4) == [1, -1.25, 3, -2.5])
  }

  @Test("calls of nested functional models are counted from 1")
  func nestedCalls() throws {
    let inner = """
      "layers": [\(ConfigText.input("[null, 2]")), \(ConfigText.layer("ReLU", "r", inputs: ["x"]))], \
      "input_layers": [["x", 0, 0]], "output_layers": [["r", 0, 0]]
      """
    let text = """
      {"class_name": "Model", "config": {"name": "m", "layers": [\(ConfigText.input("[null, 2]")), \
      \(ConfigText.layer("Model", "f", inner, inputs: ["x"]))], "input_layers": [["x", 0, 0]], \
      "output_layers": [["f", 1, 0]]}}
      """
    let model = try ConfigText.imported(text)
    #expect(model.graph.node(named: "f/r")?.op.mnemonic == "relu")
    #expect(model.outputs.map(\.name) == ["f"])
  }

  @Test("a Sequential without input layer takes its first layer's shape")
  func sequential() throws {
    let text = """
      {"class_name": "Sequential", "config": [{"class_name": "Flatten", "config": {"name": "flat", \
      "batch_input_shape": [null, 2, 3], "data_format": "channels_last"}}]}
      """
    let model = try ConfigText.imported(text)
    #expect(model.inputs.map(\.name) == ["flat_input"])
    #expect(model.outputs.map(\.shape) == [[1, 6]])
  }

  @Test("hard_sigmoid has Keras 2's slope before Keras 3", arguments: ["2.15.0", "3.1.0"])
  func hardSigmoid(version: String) throws {
    let text = ConfigText.model(
      [
        ConfigText.input("[null, 1]"),
        ConfigText.layer("Activation", "a", #""activation": "hard_sigmoid""#, inputs: ["x"]),
      ], output: "a")
    let model = try ConfigText.imported(text, version: version)
    let op = try #require(model.graph.node(named: "a")?.op as? Unary)
    let slope: Float = version.hasPrefix("2") ? 0.2 : 1 / 6
    #expect(op.function == .hardSigmoid(alpha: slope, beta: 0.5))
  }

  @Test("a layer called as if training is refused")
  func training() {
    let layer =
      #"{"class_name": "BatchNormalization", "name": "n", "config": {"name": "n"}, "inbound_nodes": [[["x", 0, 0, {"training": true}]]]}"#
    let error = #expect(throws: InceptError.self) {
      try ConfigText.imported(ConfigText.model([ConfigText.input(), layer], output: "n"))
    }
    #expect(error?.actual?.contains("training = true") == true)
  }
}
