import Differentiation
import GraphIR
import Operators
import Reference
import TensorCore
import TestSupport
import Testing

@Suite("Appending gradients to a graph")
struct AppendGradientsTests {
  @Test("A value that is used several times gets the sum of all uses")
  func sums() throws {
    var graph = Graph(name: "square")
    let x = try graph.add(Input(TensorType([3])), name: "x")
    let square = try graph.add(Binary(.mul), [x, x], name: "square")
    let cube = try graph.add(Binary(.mul), [square, x], name: "cube")
    let results = try gradients(&graph, of: cube, by: [x], at: ["x": [1, -2, 3]])
    #expect(results == [[3, 12, 27]])
  }

  @Test("The gradient by what the loss does not depend on is zeros")
  func zeros() throws {
    var graph = Graph(name: "independent")
    let x = try graph.add(Input(TensorType([2])), name: "x")
    let y = try graph.add(Input(TensorType([2, 3])), name: "y")
    let step = try graph.add(Unary(.floor), [x], name: "floor")
    let results = try gradients(
      &graph, of: step, by: [x, y], at: ["x": [0.5, 1.5], "y": [1, 2, 3, 4, 5, 6]])
    #expect(results == [[0, 0], [0, 0, 0, 0, 0, 0]])
  }

  @Test("The gradient by an intermediate value and by the loss itself")
  func intermediate() throws {
    var graph = Graph(name: "chain")
    let x = try graph.add(Input(TensorType([2])), name: "x")
    let double = try graph.add(Binary(.add), [x, x], name: "double")
    let loss = try graph.add(Binary(.mul), [double, double], name: "loss")
    let results = try gradients(&graph, of: loss, by: [double, loss, x], at: ["x": [1, 2]])
    #expect(results == [[4, 8], [1, 1], [8, 16]])
  }

  @Test("A fused activation is split off, and readers and results keep its value")
  func activations() throws {
    var graph = Graph(name: "fused")
    let x = try graph.add(Input(TensorType([1, 2])), name: "x")
    let weights = try graph.add(
      Constant(HostTensor(shape: [2, 2], floats: [1, 2, 3, -4])), name: "weights")
    let dense = try graph.add(Dense(activation: .relu), [x, weights], name: "dense")
    graph.outputs = [GraphOutput(name: "dense", value: dense)]
    let results = try gradients(&graph, of: dense, by: [x, dense], at: ["x": [1, 1]])
    #expect(results == [[1, 3], [1, 1]])
    #expect(graph.producer(of: graph.outputs[0].value).name == "dense/activation")
    #expect((graph.node(named: "dense")?.op as? Dense)?.activation == nil)
  }

  @Test("Nodes are named after those whose gradient they are, also of a second loss")
  func names() throws {
    var graph = Graph(name: "names")
    let x = try graph.add(Input(TensorType([2])), name: "x")
    let y = try graph.add(Unary(.tanh), [x], name: "block/tanh")
    _ = try graph.appendGradients(of: y, by: [x])
    #expect(graph.node(named: "gradient/block/tanh/tanh_gradient") != nil)
    _ = try graph.appendGradients(of: y, by: [x])
    #expect(graph.node(named: "gradient/block/tanh/tanh_gradient.2") != nil)
    try graph.verify()
  }

  @Test("All nodes without a rule are named in one error")
  func refusals() throws {
    var graph = Graph(name: "refused")
    let x = try graph.add(Input(TensorType([2])), name: "x")
    let first = try graph.add(UnaryGradient(.tanh), [x, x], name: "first")
    let second = try graph.add(UnaryGradient(.exp), [first, x], name: "second")
    #expect {
      try graph.appendGradients(of: second, by: [x])
    } throws: { error in
      "\(error)".contains(
        "the gradient of 'second': expected operators with a gradient, found "
          + "tanh_gradient 'first', exp_gradient 'second'")
    }
  }

  @Test("Integers have no gradient")
  func integers() throws {
    var graph = Graph(name: "integers")
    let x = try graph.add(Input(TensorType([2], .int32)), name: "x")
    let y = try graph.add(Cast(to: .float32), [x], name: "y")
    #expect {
      try graph.appendGradients(of: y, by: [x])
    } throws: { error in
      "\(error)".contains("the gradient of 'y' by 'x': expected float32, found int32")
    }
  }

  @Test("Labels out of range give NaN losses and gradients, and nothing else is touched")
  func labels() throws {
    var graph = Graph(name: "labels")
    let logits = try graph.add(Input(TensorType([3, 2])), name: "logits")
    let labels = try graph.add(Input(TensorType([3], .int32)), name: "labels")
    let loss = try graph.add(SoftmaxCrossEntropy(), [logits, labels], name: "loss")
    let gradient = try graph.appendGradients(of: loss, by: [logits])[0]
    graph.outputs = [
      GraphOutput(name: "loss", value: loss), GraphOutput(name: "gradient", value: gradient),
    ]
    let feeds = [
      "logits": HostTensor(shape: [3, 2], floats: [0, 0, 1, 2, 3, 3]),
      "labels": HostTensor(shape: [3], elementType: .int32, doubles: [0, 2, -1]),
    ]
    let results = try ReferenceEvaluator.evaluate(graph, feeding: feeds)
    #expect(results["loss"]?.values.map(\.isNaN) == [false, true, true])
    #expect(results["gradient"]?.values.prefix(2) == [-0.5, 0.5])
    for device in TestDevice.all {
      #expect(try DeviceRunner.mismatch(graph, feeds, .tight, on: device) == nil)
    }
  }

  /// The gradients' values for given elements of the inputs.
  private func gradients(
    _ graph: inout Graph, of loss: ValueID, by values: [ValueID], at feeds: [String: [Float]]
  ) throws -> [[Double]] {
    let gradients = try graph.appendGradients(of: loss, by: values)
    try graph.verify()
    var copy = graph
    copy.outputs = gradients.enumerated().map { GraphOutput(name: "\($0)", value: $1) }
    let tensors = Dictionary(
      uniqueKeysWithValues: graph.inputs.map { id in
        (
          graph[id].name,
          HostTensor(shape: graph[id].type.shape, floats: feeds[graph[id].name] ?? [])
        )
      })
    let results = try ReferenceEvaluator.evaluate(copy, feeding: tensors)
    return gradients.indices.map { results["\($0)"]?.values ?? [] }
  }
}
