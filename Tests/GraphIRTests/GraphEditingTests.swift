import GraphIR
import Operators
import TensorCore
import Testing

@Suite("Editing a graph")
struct GraphEditingTests {
  @Test("Adding infers types, keeps the order and names the sources")
  func add() throws {
    let graph = try GraphSamples.network()
    #expect(graph.nodeCount == 6)
    #expect(graph.inputs.map { graph[$0].name } == ["input"])
    let conv = try #require(graph.node(named: "conv"))
    #expect(conv.outputs == [TensorType([1, 6, 6, 4])])
    #expect(conv.type == TensorType([1, 6, 6, 4]))
    #expect(conv.sources == ["conv"])
    #expect(conv.subject == "conv2d 'conv'")
    #expect(graph.types(of: conv.inputs).map(\.shape) == [[1, 6, 6, 3], [3, 3, 3, 4], [4]])
    #expect(graph.producer(of: conv.inputs[1]).name == "conv.weight")
    #expect(graph.node(named: "nobody") == nil)
    #expect(graph.node(NodeID(rawValue: 99)) == nil)
  }

  @Test("A second node of a name is refused and nothing changes")
  func duplicate() throws {
    var graph = try GraphSamples.network()
    let text = graph.text()
    let error = #expect(throws: InceptError.self) {
      try graph.add(Input(TensorType([1])), name: "conv")
    }
    #expect(
      error?.description
        == "input 'conv': expected unique node names, found a second node of that name")
    #expect(error?.category == .badData)
    #expect(graph.text() == text)
  }

  @Test("What an operator refuses is told about the node")
  func refused() throws {
    var graph = try GraphSamples.network()
    let relu = try #require(graph.node(named: "relu")?.value)
    let error = #expect(throws: InceptError.self) {
      try graph.add(Binary(.add), [relu], name: "sum")
    }
    #expect(error?.description == "add 'sum': expected 2 inputs, found 1")
  }

  @Test(
    "Values of other graphs are refused",
    arguments: [
      ValueID(NodeID(rawValue: 99)), ValueID(NodeID(rawValue: 0), output: 1),
      ValueID(NodeID(rawValue: 0), output: -1),
    ])
  func foreign(value: ValueID) throws {
    var graph = try GraphSamples.network()
    let error = #expect(throws: InceptError.self) {
      try graph.add(Identity(), [value], name: "foreign")
    }
    #expect(
      error?.description
        == "identity 'foreign': expected inputs of the same graph, found \(value)")
    #expect(error?.category == .software)
  }

  @Test(
    "Values of more than 2^40 elements are refused",
    arguments: [
      [1 << 21, 1 << 20], [0, 1 << 41], [1 << 40, 1 << 40, 0],
    ])
  func huge(extents: [Int]) throws {
    var graph = Graph(name: "huge")
    let type = TensorType(Shape(extents))
    let error = #expect(throws: InceptError.self) { try graph.add(Lying(type), name: "big") }
    #expect(
      error?.description == "lying 'big': expected values of at most 2^40 elements, found \(type)")
    #expect(graph.nodeCount == 0)
  }

  @Test("Replacing keeps id and name and infers anew")
  func replace() throws {
    var graph = try GraphSamples.network()
    let conv = try #require(graph.node(named: "conv"))
    try graph.replace(
      conv.id, with: Conv2D(activation: .relu), inputs: conv.inputs, sources: ["conv", "relu"])
    let replaced = graph[conv.id]
    #expect(replaced.name == "conv")
    #expect(replaced.type.shape == [1, 4, 4, 4])
    #expect(replaced.sources == ["conv", "relu"])
    #expect(throws: InceptError.self) {
      try graph.replace(conv.id, with: Conv2D(groups: 2), inputs: conv.inputs)
    }
    #expect(graph[conv.id].op.isEqual(to: Conv2D(activation: .relu)))
  }

  @Test("Renaming frees the old name and takes the new one")
  func rename() throws {
    var graph = try GraphSamples.network()
    let id = try #require(graph.node(named: "conv")?.id)
    graph.rename(id, to: "stem")
    graph.rename(id, to: "stem")
    #expect(graph.node(named: "conv") == nil)
    #expect(graph.node(named: "stem")?.id == id)
    #expect(graph[id].sources == ["conv"])
    #expect(graph.freeName("conv") == "conv")
    #expect(graph.freeName("stem") == "stem.2")
    try graph.verify()
  }

  @Test("Free names count upwards past the taken ones")
  func freeName() throws {
    var graph = Graph(name: "names")
    for name in ["a", "a.2", "a.3"] { try graph.add(Input(TensorType([1])), name: name) }
    #expect(graph.freeName("a") == "a.4")
    #expect(graph.freeName("b") == "b")
  }

  @Test("Replacing uses changes nodes and results, but not the exempt node")
  func replaceUses() throws {
    var graph = try GraphSamples.network()
    let conv = try #require(graph.node(named: "conv")?.value)
    let relu = try #require(graph.node(named: "relu")?.value)
    let added = try graph.add(Identity(), [relu], name: "added")
    graph.replaceUses(of: relu, with: added, except: added.node)
    #expect(graph.node(named: "pool")?.inputs == [added])
    #expect(graph.outputs[0] == GraphOutput(name: "features", value: added))
    #expect(graph[added.node].inputs == [relu])
    graph.replaceUses(of: relu, with: conv)
    #expect(graph[added.node].inputs == [conv])
    try graph.verify()
  }

  @Test("A node that reads a value twice reads its replacement twice")
  func replaceTwice() throws {
    var graph = Graph(name: "twice")
    let a = try graph.add(Input(TensorType([2])), name: "a")
    let b = try graph.add(Input(TensorType([2])), name: "b")
    let sum = try graph.add(Binary(.add), [a, a], name: "sum")
    #expect(graph.users()[a] == [sum.node, sum.node])
    graph.replaceUses(of: a, with: b)
    #expect(graph[sum.node].inputs == [b, b])
    #expect(graph.users()[a] == nil)
  }

  @Test("What no result needs is removed, declared inputs stay, ids are not reused")
  func removeUnused() throws {
    var graph = try GraphSamples.network()
    try graph.add(Input(TensorType([7])), name: "spare")
    let relu = try #require(graph.node(named: "relu")?.value)
    let dead = try graph.add(Unary(.exp), [relu], name: "dead")
    try graph.add(Unary(.exp), [dead], name: "deader")
    #expect(graph.removeUnused() == 2)
    #expect(graph.removeUnused() == 0)
    #expect(graph.node(named: "dead") == nil)
    #expect(graph.node(named: "spare") != nil)
    let again = try graph.add(Unary(.exp), [relu], name: "dead")
    #expect(again.node > dead.node)
    graph.outputs = []
    graph.removeUnused()
    #expect(graph.nodeIDs.map { graph[$0].name } == ["input", "spare"])
    try graph.verify()
  }

  @Test("Graphs are values: a copy's changes stay its own")
  func values() throws {
    let original = try GraphSamples.network()
    var copy = original
    copy.outputs = []
    copy.removeUnused()
    #expect(original.nodeCount == 6)
    #expect(copy.nodeCount == 1)
  }

  @Test("Equality of operators looks at type and attributes")
  func equality() {
    #expect(Unary(.relu).isEqual(to: Unary(.relu)))
    #expect(!Unary(.relu).isEqual(to: Unary(.relu6)))
    #expect(!Unary(.relu).isEqual(to: Identity()))
    #expect(!Conv2D().isEqual(to: Conv2D(padding: .same)))
  }
}
