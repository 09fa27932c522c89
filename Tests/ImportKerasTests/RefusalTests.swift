import ImportKeras
import Operators
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("Keras models that can't be imported")
struct RefusalTests {
  @Test("all layers without an operator are in one error; a Lambda's code is never run")
  func refusedLayers() throws {
    let file = try KerasCase.file("refused")
    let error = #expect(throws: InceptError.self) {
      try KerasModel.importGraph(file, source: "refused.h5")
    }
    #expect(error?.category == .badData)
    let found = error?.actual ?? ""
    #expect(found.hasPrefix("5 others"))
    for part in [
      "Lambda 'twice', 'more': it holds Python code, which Incept never runs",
      "UpSampling2D 'up': interpolation is 'lanczos3'",
      "Dense 'above': activation is a ReLU with a threshold",
      "LayerNormalization 'norm': rms_scaling is true",
    ] { #expect(found.contains(part), "\(part)") }
  }

  @Test(
    "a layer that can't be expressed says why",
    arguments: [
      ("Custom>Conv2D", "", "a custom class"),
      ("Conv2D", #""filters": 1000000000, "kernel_size": [3, 3]"#, "filters is 1000000000"),
      ("Conv2D", #""filters": 1e300, "kernel_size": [3, 3]"#, "filters is 1e+300"),
      ("Conv2D", #""filters": -4, "kernel_size": [3, 3]"#, "filters is -4"),
      ("Conv2D", #""filters": 4, "kernel_size": [3, 0]"#, "kernel_size is [3, 0]"),
      ("Conv2D", #""filters": 4, "kernel_size": {"a": 1}"#, "kernel_size is an object"),
      ("Conv2D", #""filters": 4"#, "it has no kernel_size"),
      ("Conv2D", #""filters": 4, "kernel_size": 3, "padding": "causal""#, "padding is 'causal'"),
      (
        "Conv2D", #""filters": 4, "kernel_size": 3, "data_format": "channels_first""#,
        "channels_first"
      ),
      ("Dense", #""units": 4, "activation": "my_own""#, "activation is 'my_own'"),
      (
        "Dense",
        #""units": 4, "activation": {"class_name": "function", "config": "relu", "registered_name": "p>f"}"#,
        "custom class"
      ),
      ("Dense", #""units": 4, "use_bias": 1"#, "use_bias is 1"),
      ("BatchNormalization", #""epsilon": NaN"#, "epsilon is nan"),
      ("Reshape", #""target_shape": [-1, -1]"#, "target_shape"),
      ("ZeroPadding2D", #""padding": [[1, 1], [-1, 1]]"#, "padding is"),
      ("Concatenate", #""axis": 0"#, "the batch"),
      ("Conv2DTranspose", #""filters": 2, "kernel_size": 3, "groups": 2"#, "groups is not 1"),
      ("Conv3D", "", "no operator"),
      ("Normalization", #""mean": 1"#, "not both"),
    ])
  func reasons(className: String, config: String, reason: String) {
    let text = ConfigText.model(
      [ConfigText.input(), ConfigText.layer(className, "bad", config, inputs: ["x"])],
      output: "bad")
    let error = #expect(throws: InceptError.self) { try ConfigText.imported(text) }
    #expect(error?.category == .badData)
    #expect(error?.actual?.contains("'bad'") == true)
    #expect(error?.actual?.contains(reason) == true, "\(error?.actual ?? "")")
  }

  @Test("a class of somebody else's module is refused, whatever its name")
  func foreignModule() {
    let layer =
      #"{"class_name": "ReLU", "module": "evil.layers", "name": "r", "config": {"name": "r"}, "inbound_nodes": [[["x", 0, 0, {}]]]}"#
    let error = #expect(throws: InceptError.self) {
      try ConfigText.imported(ConfigText.model([ConfigText.input(), layer], output: "r"))
    }
    #expect(error?.actual?.contains("evil.layers") == true)
  }

  @Test("layers that read each other are a cycle")
  func cycle() {
    let text = ConfigText.model(
      [
        ConfigText.input(), ConfigText.layer("Add", "a", inputs: ["x", "b"]),
        ConfigText.layer("ReLU", "b", inputs: ["a"]),
      ], output: "b")
    let error = #expect(throws: InceptError.self) { try ConfigText.imported(text) }
    #expect(error?.expectation.contains("no cycle") == true)
  }

  @Test("missing, extra and mis-shaped weights are listed together")
  func weights() throws {
    let text = ConfigText.model(
      [
        ConfigText.input(),
        ConfigText.layer("Conv2D", "c", #""filters": 4, "kernel_size": 3"#, inputs: ["x"]),
        ConfigText.layer("BatchNormalization", "n", inputs: ["c"]),
      ], output: "n")
    let wrong = HostTensor.filled([3, 3, 3, 5], with: 1)
    let right = HostTensor.filled([4], with: 1)
    let error = #expect(throws: InceptError.self) {
      try ConfigText.imported(
        text,
        [
          ("c", [("c/kernel:0", wrong), ("c/bias:0", right), ("c/other:0", right)]),
          ("n", [("n/gamma:0", right), ("n/moving_mean:0", right)]),
        ])
    }
    #expect(
      error?.actual
        == "2 missing (n/beta [4], n/moving_variance [4]), 1 extra (c: c/other:0), "
        + "1 of another shape or type (c/kernel [3, 3, 3, 5] instead of [3, 3, 3, 4])")
  }

  @Test("what isn't a model is an error about the file")
  func malformed() {
    for text in [
      "", "{", "[]", "null", #"{"class_name": "MyModel", "config": {}}"#,
      #"{"class_name": "Functional"}"#, #"{"class_name": "Sequential", "config": []}"#,
      #"{"class_name": "Functional", "config": {"layers": [3]}}"#,
      String(repeating: "[", count: 1_000_000),
      String(repeating: #"{"a":"#, count: 100_000),
      #"{"class_name": "Sequential", "config": {"layers": [{"class_name": "ReLU", "config": {"name": "\#u{1b}[2J"}}]}}"#,
    ] {
      let error = #expect(throws: InceptError.self) { try ConfigText.imported(text) }
      #expect(error?.subject == "m.h5")
      #expect(error?.category == .badData)
    }
  }

  @Test("values too large for any machine end before they are made")
  func absurdSizes() {
    for layers in [
      [ConfigText.input("[null, 16777216, 16777216, 16777216]")],
      [
        ConfigText.input("[null, 1, 1, 16777216]"),
        ConfigText.layer(
          "BatchNormalization", "r", #""scale": false, "center": false"#, inputs: ["x"]),
      ],
      [
        ConfigText.input("[null, 1048576, 1024, 3]"),
        ConfigText.layer("ZeroPadding2D", "p", #""padding": 1048576"#, inputs: ["x"]),
        ConfigText.layer("ZeroPadding2D", "q", #""padding": 1048576"#, inputs: ["p"]),
        ConfigText.layer("Flatten", "r", inputs: ["q"]),
      ],
    ] {
      let all = layers.count == 1 ? layers + [ConfigText.layer("ReLU", "r", inputs: ["x"])] : layers
      let error = #expect(throws: InceptError.self) {
        try ConfigText.imported(ConfigText.model(all, output: "r"))
      }
      #expect(error?.category == .badData)
    }
  }

  @Test("models that call models twice at every level end at a bound")
  func inliningBomb() {
    let inner = #""input_layers": [["x", 0, 0]], "output_layers": [["x", 0, 0]]"#
    var model = "\"layers\": [\(ConfigText.input("[null, 2]"))], \(inner)"
    for _ in 0..<40 {
      let first = ConfigText.layer("Model", "f", model, inputs: ["x"])
        .dropLast("[[[\"x\", 0, 0, {}]]]}".count)
      let twice = first + #"[[["x", 0, 0, {}]], [["f", 0, 0, {}]]]}"#
      model = """
        "layers": [\(ConfigText.input("[null, 2]")), \(twice)], "input_layers": [["x", 0, 0]], \
        "output_layers": [["f", 1, 0]]
        """
    }
    let text = "{\"class_name\": \"Functional\", \"config\": {\"name\": \"m\", \(model)}}"
    let error = #expect(throws: InceptError.self) { try ConfigText.imported(text) }
    #expect(error?.actual == "more, with nested models inlined")
  }
}
