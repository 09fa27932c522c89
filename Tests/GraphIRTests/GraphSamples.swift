import GraphIR
import Operators
import TensorCore

/// Small graphs that several suites build on.
enum GraphSamples {
  /// input → conv (w, b) → relu → max pool; results `features` and `maximum`.
  static func network() throws -> Graph {
    var graph = Graph(name: "sample", axisOrder: .nchw)
    let input = try graph.add(Input(TensorType([1, 6, 6, 3])), name: "input")
    let weights = try graph.add(Constant(.filled([3, 3, 3, 4], with: 1)), name: "conv.weight")
    let bias = try graph.add(Constant(.filled([4], with: 0)), name: "conv.bias")
    let conv = try graph.add(
      Conv2D(padding: .symmetric(1, 1)), [input, weights, bias], name: "conv")
    let relu = try graph.add(Unary(.leakyRelu(alpha: 0.25)), [conv], name: "relu")
    let window = Window(kernel: Spatial(2), strides: Spatial(2))
    let pool = try graph.add(Pool2D(.max, window: window), [relu], name: "pool")
    graph.outputs = [
      GraphOutput(name: "features", value: relu), GraphOutput(name: "maximum", value: pool),
    ]
    return graph
  }
}

/// An operator that infers whatever it is told: the only way to break a graph through its interface.
struct Lying: Operator {
  static let mnemonic = "lying"
  let state: State

  /// What the operator says now.
  final class State: @unchecked Sendable, Hashable {
    // SAFETY: tests change it from one thread only.
    var outputs: [TensorType]
    init(_ outputs: [TensorType]) { self.outputs = outputs }
    static func == (left: State, right: State) -> Bool { left === right }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
  }

  init(_ outputs: TensorType...) { state = State(outputs) }

  func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] { state.outputs }
}
