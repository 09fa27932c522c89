import GraphIR
import Operators
import TensorCore
import Testing

@Suite("Graphs as text")
struct GraphTextTests {
  @Test("One node a line, in order, with attributes, types and results")
  func golden() throws {
    #expect(
      try GraphSamples.network().text() == """
        graph 'sample' (nchw)
          input = input : float32[1, 6, 6, 3]
          conv.weight = constant : float32[3, 3, 3, 4]
          conv.bias = constant : float32[4]
          conv = conv2d(input, conv.weight, conv.bias) {strides=[1, 1], pads=[1, 1, 1, 1]} \
        : float32[1, 6, 6, 4]
          relu = leaky_relu(conv) {alpha=0.25} : float32[1, 6, 6, 4]
          pool = max_pool(relu) {kernel_shape=[2, 2], strides=[2, 2]} : float32[1, 3, 3, 4]
          return features = relu
          return maximum = pool

        """)
  }

  @Test("Further outputs are numbered")
  func splits() throws {
    var graph = Graph(name: "splits")
    let x = try graph.add(Input(TensorType([1, 2, 2, 3])), name: "x")
    let w = try graph.add(Constant(.filled([1, 1, 3, 5], with: 1)), name: "w")
    let op = Conv2D(splits: [
      .init(channels: 2, activation: .relu), .init(channels: 3, activation: nil),
    ])
    let conv = try graph.add(op, [x, w], name: "conv").node
    let tail = try graph.add(Identity(), [ValueID(conv, output: 1)], name: "tail")
    graph.outputs = [
      GraphOutput(name: "first", value: ValueID(conv)), GraphOutput(name: "second", value: tail),
    ]
    #expect(
      graph.text() == """
        graph 'splits' (nhwc)
          x = input : float32[1, 2, 2, 3]
          w = constant : float32[1, 1, 3, 5]
          conv = conv2d(x, w) {strides=[1, 1], auto_pad=valid, splits=[2, 3], \
        split_activations=relu none} : float32[1, 2, 2, 2], float32[1, 2, 2, 3]
          tail = identity(conv:1) : float32[1, 2, 2, 3]
          return first = conv
          return second = tail

        """)
  }

  struct Line: Sendable, CustomStringConvertible {
    let op: any Operator
    let text: String
    var description: String { text }
  }

  static let lines: [Line] = [
    Line(
      op: Conv2D(
        strides: Spatial(2, 1), dilations: Spatial(1, 2), padding: .same, groups: 3,
        activation: .leakyRelu(alpha: 0.1)),
      text: "conv2d strides=[2, 1] dilations=[1, 2] auto_pad=same_upper group=3 "
        + "activation=leaky_relu(0.1)"),
    Line(op: Conv2D(padding: .sameLower), text: "conv2d strides=[1, 1] auto_pad=same_lower"),
    Line(
      op: Pool2D(
        .average, window: Window(kernel: Spatial(3), padding: .symmetric(1, 0), ceilMode: true),
        countIncludePad: true, activation: .relu),
      text: "average_pool kernel_shape=[3, 3] pads=[1, 0, 1, 0] ceil_mode=true "
        + "count_include_pad=true activation=relu"),
    Line(op: GlobalPool(.max, keepsAxes: false), text: "global_max_pool keepdims=false"),
    Line(op: Softmax(axis: -1, isLogarithm: true), text: "log_softmax axis=-1"),
    Line(op: BatchNormalization(epsilon: 0.001), text: "batch_normalization epsilon=0.001"),
    Line(op: Unary(.gelu(approximate: true)), text: "gelu approximate=tanh"),
    Line(op: Unary(.clip(lower: -1, upper: 2.5)), text: "clip min=-1.0 max=2.5"),
    Line(op: Binary(.max, activation: .silu), text: "max activation=silu"),
    Line(op: Dense(activation: .relu6), text: "dense activation=relu6"),
    Line(op: Concat(axis: 3), text: "concat axis=3"),
    Line(
      op: LRN(size: 5, alpha: 0.0001, beta: 0.75, bias: 1),
      text: "lrn size=5 alpha=0.0001 beta=0.75 bias=1.0"),
    Line(
      op: Pad(before: [0, 1], after: [2, 3], mode: .reflect),
      text: "pad pads=[0, 1, 2, 3] mode=reflect"),
    Line(op: Pad(before: [1], after: [0]), text: "pad pads=[1, 0] value=0.0"),
    Line(
      op: Slice([.init(axis: 1, start: 0, end: 5, step: 2)]),
      text: "slice axes=[1] starts=[0] ends=[5] steps=[2]"),
    Line(op: Transpose([1, 0]), text: "transpose perm=[1, 0]"),
    Line(op: Reshape([0, -1]), text: "reshape shape=[0, -1]"),
    Line(op: Flatten(), text: "flatten axis=1"),
    Line(op: Dropout(ratio: 0.5), text: "dropout ratio=0.5"),
    Line(op: Identity(), text: "identity"),
  ]

  @Test("Operators show ONNX's attribute names", arguments: lines)
  func attributes(line: Line) {
    let shown = line.op.attributes.map { "\($0.name)=\($0.value)" }
    #expect(([line.op.mnemonic] + shown).joined(separator: " ") == line.text)
  }
}
