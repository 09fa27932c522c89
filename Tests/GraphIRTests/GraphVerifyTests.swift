import GraphIR
import Operators
import TensorCore
import TestSupport
import Testing

@Suite("Verifying a graph")
struct GraphVerifyTests {
  private func complaint(about graph: Graph) -> String? {
    do {
      try graph.verify()
      return nil
    } catch {
      #expect(error.category == .software)
      #expect(error.hint?.contains("report") == true)
      return error.description
    }
  }

  @Test("Whole graphs pass", arguments: 0..<20)
  func passes(seed: Int) throws {
    #expect(complaint(about: try GraphGenerator.randomGraph(seed: UInt64(seed)).graph) == nil)
    #expect(complaint(about: try GraphSamples.network()) == nil)
    #expect(complaint(about: Graph(name: "empty")) == nil)
  }

  @Test("A cycle is found")
  func cycle() throws {
    var graph = Graph(name: "cycle")
    let x = try graph.add(Input(TensorType([1])), name: "x")
    let a = try graph.add(Identity(), [x], name: "a")
    let b = try graph.add(Identity(), [a], name: "b")
    try graph.replace(a.node, with: Identity(), inputs: [b])
    let found = try #require(complaint(about: graph))
    #expect(found.contains("expected no cycle"))
  }

  @Test("A node that reads itself is found")
  func selfLoop() throws {
    var graph = Graph(name: "loop")
    let x = try graph.add(Input(TensorType([1])), name: "x")
    let a = try graph.add(Identity(), [x], name: "a")
    try graph.replace(a.node, with: Identity(), inputs: [a])
    #expect(
      complaint(about: graph)
        == "identity 'a': expected no cycle, found one through identity 'a'")
  }

  @Test("An edge to a removed node or a missing output is found")
  func danglingEdge() throws {
    var graph = try GraphSamples.network()
    let relu = try #require(graph.node(named: "relu")?.value)
    graph.replaceUses(of: relu, with: ValueID(relu.node, output: 3))
    #expect(
      complaint(about: graph)
        == "max_pool 'pool': expected an input of this graph, found \(relu).3")
    graph.replaceUses(
      of: ValueID(relu.node, output: 3), with: ValueID(NodeID(rawValue: 77)))
    #expect(
      complaint(about: graph) == "max_pool 'pool': expected an input of this graph, found %77")
  }

  @Test("A result that is no value is found")
  func danglingOutput() throws {
    var graph = try GraphSamples.network()
    graph.outputs.append(GraphOutput(name: "odd", value: ValueID(NodeID(rawValue: 77))))
    #expect(
      complaint(about: graph) == "output 'odd': expected a value of this graph, found %77")
    graph.outputs[2].value = ValueID(graph.outputs[0].value.node, output: 1)
    #expect(complaint(about: graph)?.hasPrefix("output 'odd': expected a value") == true)
  }

  @Test("Two results of one name are found")
  func duplicateOutputs() throws {
    var graph = try GraphSamples.network()
    graph.outputs[1].name = "features"
    #expect(
      complaint(about: graph)
        == "graph 'sample': expected unique output names, found [\"features\", \"features\"]")
  }

  @Test("A type that is not what the operator infers is found")
  func staleType() throws {
    var graph = Graph(name: "stale")
    let op = Lying(TensorType([1]))
    try graph.add(op, name: "liar")
    op.state.outputs = [TensorType([2])]
    #expect(
      complaint(about: graph)
        == "lying 'liar': expected outputs [float32[2]], found [float32[1]]")
  }

  @Test("A user that can't take its input's changed type is found")
  func refusedType() throws {
    var graph = Graph(name: "stale")
    let x = try graph.add(Input(TensorType([1, 4])), name: "x")
    let w = try graph.add(Constant(.filled([4, 2], with: 1)), name: "w")
    try graph.add(Dense(), [x, w], name: "dense")
    try graph.replace(w.node, with: Constant(.filled([3, 2], with: 1)), inputs: [])
    #expect(complaint(about: graph) == "dense 'dense': expected weights [4, N], found [3, 2]")
  }

  @Test("Nodes without outputs or sources are found")
  func empty() throws {
    var graph = Graph(name: "empty")
    let id = try graph.add(Lying(), name: "nothing").node
    #expect(
      complaint(about: graph)
        == "lying 'nothing': expected at least one output and one source, found none")
    try graph.replace(id, with: Lying(TensorType([1])), inputs: [], sources: [])
    #expect(
      complaint(about: graph)
        == "lying 'nothing': expected at least one output and one source, found none")
  }

  @Test("Inputs that are none, or are not declared, are found")
  func inputs() throws {
    var graph = Graph(name: "inputs")
    let x = try graph.add(Input(TensorType([1])), name: "x")
    let c = try graph.add(Constant(.filled([1], with: 1)), name: "c")
    var first = graph
    try first.replace(x.node, with: Constant(.filled([1], with: 1)), inputs: [])
    #expect(
      complaint(about: first) == "graph 'inputs': expected input nodes among its nodes, found %0")
    try graph.replace(c.node, with: Input(TensorType([1])), inputs: [])
    #expect(
      complaint(about: graph) == "input 'c': expected to be among the graph's inputs, found [%0]")
  }
}
