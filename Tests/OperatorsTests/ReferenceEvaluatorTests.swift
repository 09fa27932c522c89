import GraphIR
import Operators
import Reference
import TensorCore
import TestSupport
import Testing

@Suite("Reference evaluator")
struct ReferenceEvaluatorTests {
  /// x · 2 + 1 and its square's relu, by hand.
  private func graph() throws -> Graph {
    var graph = Graph(name: "by hand")
    let x = try graph.add(Input(TensorType([3])), name: "x")
    let two = try graph.add(Constant(.filled([], with: 2)), name: "two")
    let one = try graph.add(Constant(.filled([1], with: 1)), name: "one")
    let double = try graph.add(Binary(.mul), [x, two], name: "double")
    let sum = try graph.add(Binary(.add), [double, one], name: "sum")
    let square = try graph.add(Binary(.mul), [sum, sum], name: "square")
    graph.outputs = [
      GraphOutput(name: "line", value: sum), GraphOutput(name: "parabola", value: square),
      GraphOutput(name: "again", value: sum),
    ]
    return graph
  }

  private let feeds = ["x": HostTensor(shape: [3], floats: [-1, 0, 2])]

  @Test("Results come by their names, one value under two names too")
  func results() throws {
    let results = try ReferenceEvaluator.evaluate(try graph(), feeding: feeds)
    #expect(
      results.mapValues(\.values) == [
        "line": [-1, 1, 5], "parabola": [1, 1, 25], "again": [-1, 1, 5],
      ])
    #expect(results["line"]?.hostTensor.floats() == [-1, 1, 5])
  }

  @Test("Every node's value can be kept, every output of a split by its label")
  func everyNode() throws {
    let values = try ReferenceEvaluator.evaluate(try graph(), feeding: feeds, keeping: .everyNode)
    #expect(
      Set(values.keys)
        == ["x", "two", "one", "double", "sum", "square", "line", "parabola", "again"])
    #expect(values["double"]?.values == [-2, 0, 4])
    let sample = try #require(OperatorSamples.conv2D.first { $0.name == "conv2d 1x1 in odd parts" })
    let (split, splitFeeds) = try sample.graph()
    let parts = try ReferenceEvaluator.evaluate(split, feeding: splitFeeds, keeping: .everyNode)
    #expect(parts["node:2"] == parts["output2"])
    #expect(parts["node:2"]?.shape == [2, 5, 7, 1])
  }

  @Test("Removing what no result needs changes no result", arguments: 0..<50)
  func unused(seed: Int) throws {
    let (graph, feeds) = try GraphGenerator.randomGraph(seed: UInt64(seed))
    var smaller = graph
    smaller.removeUnused()
    #expect(
      try ReferenceEvaluator.evaluate(graph, feeding: feeds)
        == ReferenceEvaluator.evaluate(smaller, feeding: feeds))
  }

  @Test("A missing feed or one of another shape is told about its input")
  func feeding() throws {
    let graph = try graph()
    let missing = #expect(throws: InceptError.self) {
      try ReferenceEvaluator.evaluate(graph, feeding: [:])
    }
    #expect(missing?.description == "input 'x': expected a tensor float32[3], found none")
    let other = #expect(throws: InceptError.self) {
      try ReferenceEvaluator.evaluate(graph, feeding: ["x": .filled([2], with: 0)])
    }
    #expect(other?.description == "input 'x': expected a tensor [3], found [2]")
  }

  @Test("An operator without a reference is named")
  func unsupported() throws {
    struct Foreign: Operator {
      static let mnemonic = "foreign"
      func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
        [TensorType([1])]
      }
    }
    var graph = Graph(name: "foreign")
    try graph.add(Foreign(), name: "node")
    let error = #expect(throws: InceptError.self) {
      try ReferenceEvaluator.evaluate(graph, feeding: [:])
    }
    #expect(error?.subject == "foreign 'node'")
    #expect(error?.expectation == "expected an operator with a reference")
  }

  @Test("A middle-sized convolution agrees with its matrix product", arguments: [3, 4])
  func middleSized(seed: Int) throws {
    var random = RandomSource(seed: UInt64(seed))
    let image = ReferenceTensor(random.tensor([1, 35, 35, 192]))
    let weights = ReferenceTensor(random.tensor([1, 1, 192, 64]))
    let output = try Conv2D().evaluate([image, weights])[0]
    let product = try MatMul().evaluate([
      try Reshape([1225, 192]).evaluate([image])[0], try Reshape([192, 64]).evaluate([weights])[0],
    ])[0]
    #expect(Tolerance.double.mismatch(output.values, reference: product.values) == nil)
  }
}
