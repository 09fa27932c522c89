import GraphPictures
import Testing

@Suite("Modules of graphs")
struct HierarchyTests {
  private func titles(_ graph: PictureGraph) -> [String] {
    Hierarchy(graph).scopes.dropFirst().map(\.title).sorted()
  }

  @Test("names with separators make nested modules")
  func names() {
    let names = ["a.b.conv", "a.b.bn", "a.b", "a.c", "d", "e.f"]
    let graph = PictureGraph.made(6, name: { names[$0] }) { [$0 - 1] }
    #expect(titles(graph) == ["a", "b"])
    let hierarchy = Hierarchy(graph)
    // The node `a.b` is the end of module `b`; `e.f` is alone.
    #expect(hierarchy.scopeOfNode[3] == hierarchy.scopeOfNode[1])
    #expect(hierarchy.scopeOfNode[6] == 0)
    #expect(graph.nodes[1].label(within: 2) == "conv")
    #expect(graph.nodes[6].label(within: 0) == "e.f")
  }

  @Test("slashes win over dots")
  func slashes() {
    let names = ["net_0.25/conv/w", "net_0.25/conv/b", "net_0.25/pool", "x"]
    let graph = PictureGraph.made(4, name: { names[$0] }) { [$0 - 1] }
    #expect(titles(graph) == ["conv", "net_0.25"])
  }

  @Test("nodes merged by a pass belong to the module of the first")
  func merged() {
    let names = ["M.a + b.c + d", "M.e", "M", "z"]
    let graph = PictureGraph.made(4, name: { names[$0] }) { [$0 - 1] }
    #expect(titles(graph) == ["M"])
    #expect(graph.nodes[1].label(within: 1) == "a + b.c + d")
  }

  @Test("a module that needs what needs it is parted")
  func parted() {
    let names = ["m.a", "m.b", "x", "m.c", "m.d"]
    let graph = PictureGraph.made(5, name: { names[$0] }) { [$0 - 1] }
    #expect(titles(graph) == ["m (1 of 2)", "m (2 of 2)"])
  }

  @Test("two modules that need each other are parted")
  func entangled() {
    let names = ["m.a", "k.a", "m.b", "k.b"]
    let inputs = [[-1], [-1], [1], [0]]
    let graph = PictureGraph.made(4, name: { names[$0] }) { inputs[$0] }
    let hierarchy = Hierarchy(graph)
    #expect(hierarchy.scopes.reduce(0) { $0 + $1.children.count } == 6 + hierarchy.scopes.count - 1)
  }

  @Test("a network whose names tell nothing gets modules where it branches")
  func blocks() {
    let names = ["c1", "c2", "p", "q", "r", "mixed0", "s", "t"]
    let inputs = [[-1], [0], [1], [1], [2], [3, 4], [5], [6]]
    let graph = PictureGraph.made(8, name: { names[$0] }) { inputs[$0] }
    #expect(titles(graph) == ["mixed0"])
    #expect(graph.nodes[3].label(within: 1) == "p")
  }
}
