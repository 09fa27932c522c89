import GraphIR
import Operators
import TensorCore
import TestSupport
import Testing

@Suite("Traversing a graph")
struct GraphTraversalTests {
  @Test("Every node comes after those it reads", arguments: 0..<20)
  func topological(seed: Int) throws {
    let (graph, _) = try GraphGenerator.randomGraph(seed: UInt64(seed))
    let order = graph.topologicalOrder()
    #expect(order.sorted() == graph.nodeIDs)
    var done: Set<NodeID> = []
    for id in order {
      #expect(graph[id].inputs.allSatisfy { done.contains($0.node) })
      done.insert(id)
    }
  }

  @Test("The order follows edges where they run against creation")
  func againstCreation() throws {
    var graph = try GraphSamples.network()
    let pool = try #require(graph.node(named: "pool"))
    let late = try graph.add(Identity(), pool.inputs, name: "late")
    try graph.replace(pool.id, with: pool.op, inputs: [late])
    let names = graph.topologicalOrder().map { graph[$0].name }
    #expect(names == ["input", "conv.weight", "conv.bias", "conv", "relu", "late", "pool"])
  }

  @Test("A chain of 100,000 nodes needs no deep stack")
  func deep() throws {
    var graph = Graph(name: "deep")
    let input = try graph.add(Input(TensorType([1])), name: "input")
    var value = input
    for index in 0..<100_000 { value = try graph.add(Identity(), [value], name: "\(index)") }
    graph.outputs = [GraphOutput(name: "end", value: value)]
    #expect(graph.topologicalOrder().last == value.node)
    #expect(graph.removeUnused() == 0)
  }

  @Test("Users are listed in order of creation")
  func users() throws {
    let graph = try GraphSamples.network()
    let relu = try #require(graph.node(named: "relu"))
    #expect(graph.users()[relu.value]?.map { graph[$0].name } == ["pool"])
    #expect(graph.outputValues.contains(relu.value))
    #expect(graph.outputValues.count == 2)
  }

  @Test("Rebinding infers every type for the new input")
  func rebinding() throws {
    let graph = try GraphSamples.network()
    let larger = try graph.rebinding(["input": TensorType([5, 9, 8, 3])])
    try larger.verify()
    #expect(larger.node(named: "conv")?.type.shape == [5, 9, 8, 4])
    #expect(larger.node(named: "pool")?.type.shape == [5, 4, 4, 4])
    #expect(graph.node(named: "pool")?.type.shape == [1, 3, 3, 4])
    #expect(larger.inputs == graph.inputs)
  }

  @Test("Rebinding to what a node can't take names that node")
  func rebindingFails() throws {
    let graph = try GraphSamples.network()
    let error = #expect(throws: InceptError.self) {
      try graph.rebinding(["input": TensorType([1, 6, 6, 5])])
    }
    #expect(error?.subject == "conv2d 'conv'")
    #expect(error?.actual == "[3, 3, 3, 4]")
    let tooSmall = #expect(throws: InceptError.self) {
      try graph.rebinding(["input": TensorType([1, 1, 1, 3])])
    }
    #expect(tooSmall?.subject == "max_pool 'pool'")
  }
}
