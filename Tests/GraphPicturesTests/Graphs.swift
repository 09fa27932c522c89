import GraphPictures
import TestSupport

extension PictureGraph {
  /// A graph of nodes named by `name`, each reading those that `inputs` gives.
  static func made(
    _ count: Int, name: (Int) -> String = { "n\($0)" }, inputs: (Int) -> [Int]
  ) -> PictureGraph {
    var graph = PictureGraph(title: "made", caption: "a graph for a test")
    graph.nodes.append(Node(name: "x", op: "", kind: .input, outputs: ["1×8×8×3"]))
    for index in 0..<count {
      graph.nodes.append(
        Node(
          name: name(index), op: index.isMultiple(of: 3) ? "conv2d" : "relu",
          outputs: ["1×8×8×\(index % 64)"], macs: index, parameters: index % 7))
      for input in inputs(index) {
        graph.edges.append(Edge(from: input < 0 ? 0 : input + 1, to: index + 1))
      }
    }
    graph.edges.append(Edge(from: count, to: graph.nodes.count))
    graph.nodes.append(Node(name: "y", op: "", kind: .output))
    ModulePaths.assign(to: &graph)
    return graph
  }

  /// A graph with edges and modules by chance, whose modules may depend on one another.
  static func random(_ count: Int, seed: UInt64, reach: Int, modules: Int) -> PictureGraph {
    var numbers = RandomSource(seed: seed)
    var names: [String] = []
    var inputs: [[Int]] = []
    for index in 0..<count {
      let module = Int.random(in: 0...modules, using: &numbers)
      let inner = Int.random(in: 0...2, using: &numbers)
      names.append(
        module == 0
          ? "n\(index)" : inner == 0 ? "m\(module).n\(index)" : "m\(module).k\(inner).n\(index)")
      let least = max(-1, index - reach)
      let some = (0...Int.random(in: 0...2, using: &numbers)).map { _ in
        Int.random(in: least..<index, using: &numbers)
      }
      inputs.append(Array(Set(some)).sorted())
    }
    return made(count, name: { names[$0] }, inputs: { inputs[$0] })
  }
}

extension PlacedGraph.Box {
  var right: Double { x + width }
  var bottom: Double { y + height }

  func overlaps(_ other: PlacedGraph.Box) -> Bool {
    x < other.right - 0.1 && other.x < right - 0.1 && y < other.bottom - 0.1
      && other.y < bottom - 0.1
  }

  func contains(_ other: PlacedGraph.Box) -> Bool {
    other.x >= x - 0.1 && other.y >= y - 0.1 && other.right <= right + 0.1
      && other.bottom <= bottom + 0.1
  }
}
