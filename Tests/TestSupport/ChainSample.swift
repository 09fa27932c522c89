import GraphIR
import Operators
import TensorCore

/// A small classifier of all that a chain of launches can do, and of nothing else: convolutions of several tiles and
/// activations, depthwise ones, a global average, a dense layer, a softmax.
package struct ChainSample: Sendable, CustomStringConvertible {
  private let image: Shape
  private let kernel: Int
  private let stride: Int
  private let channels: Int
  private let classes: Int

  /// A classifier of images of the given shape.
  package init(_ image: Shape, kernel: Int = 3, stride: Int = 2, channels: Int, classes: Int) {
    self.image = image
    self.kernel = kernel
    self.stride = stride
    self.channels = channels
    self.classes = classes
  }

  /// The call that makes it.
  package var description: String {
    "ChainSample(\(image), kernel: \(kernel), stride: \(stride), channels: \(channels), classes: \(classes))"
  }

  /// Shapes from one pixel on, odd, prime and batched; the first ones are small enough for interpreters.
  package static let all: [ChainSample] = [
    ChainSample([1, 1, 1, 1], kernel: 1, stride: 1, channels: 1, classes: 2),
    ChainSample([1, 5, 6, 3], channels: 3, classes: 5),
    ChainSample([1, 9, 13, 3], channels: 8, classes: 10),
    ChainSample([3, 7, 5, 5], stride: 1, channels: 16, classes: 17),
    ChainSample([1, 21, 37, 3], kernel: 5, channels: 24, classes: 33),
    ChainSample([2, 11, 17, 16], stride: 1, channels: 13, classes: 5),
    ChainSample([1, 40, 41, 3], stride: 1, channels: 32, classes: 7),
  ]

  /// The network with its result `result`, and an image for it; the numbers depend on ``description`` only.
  package func graph() throws(InceptError) -> (graph: Graph, feeds: [String: HostTensor]) {
    var random = RandomSource(name: description)
    var graph = Graph(name: "classifier")
    let wide = 2 * channels + 1
    var x = try graph.add(Input(TensorType(image)), name: "input")
    let layers: [(name: String, kernel: Int, to: Int, op: Conv2D)] = [
      (
        "first", kernel, channels,
        Conv2D(strides: Spatial(stride), padding: .same, activation: .relu6)
      ),
      (
        "depthwise", kernel, channels,
        Conv2D(padding: .same, groups: channels, activation: .relu)
      ),
      ("pointwise", 1, wide, Conv2D(activation: .tanh)),
      ("dilated", 3, wide, Conv2D(dilations: Spatial(2), padding: .same, groups: wide)),
    ]
    for layer in layers {
      let inner = graph.type(of: x).shape[3] / layer.op.groups
      let bound = 1.7 / Float(layer.kernel * layer.kernel * inner).squareRoot()
      let weights = random.tensor(
        [layer.kernel, layer.kernel, inner, layer.to], in: -bound...bound)
      let bias = random.tensor([layer.to], in: -1...1)
      x = try graph.add(
        layer.op,
        [
          x, try graph.add(Constant(weights), name: "\(layer.name).w"),
          try graph.add(Constant(bias), name: "\(layer.name).b"),
        ], name: layer.name)
    }
    x = try graph.add(GlobalPool(.average, keepsAxes: false), [x], name: "pool")
    let matrix = random.tensor([wide, classes], in: -1...1)
    x = try graph.add(
      Dense(), [x, try graph.add(Constant(matrix), name: "dense.w")], name: "dense")
    x = try graph.add(Softmax(axis: -1), [x], name: "softmax")
    graph.outputs = [GraphOutput(name: "result", value: x)]
    return (graph, ["input": random.tensor(image, in: -1...1)])
  }

  /// Multiply-adds, about: how long an interpreter takes.
  package var work: Int {
    guard let (graph, _) = try? graph() else { return 0 }
    return graph.nodeIDs.reduce(0) { $0 + graph.cost(of: $1).multiplyAdds }
  }
}
