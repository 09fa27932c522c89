import Operators
import Reference
import TestSupport
import Testing

@Suite("Random graphs")
struct GraphGeneratorTests {
  @Test(
    "Every seed gives a graph that verifies and evaluates to finite numbers", arguments: 0..<200)
  func evaluates(seed: Int) throws {
    let (graph, feeds) = try GraphGenerator.randomGraph(seed: UInt64(seed))
    let results = try ReferenceEvaluator.evaluate(graph, feeding: feeds)
    #expect(results.count == graph.outputs.count)
    for (name, result) in results {
      #expect(result.values.allSatisfy { $0.isFinite }, "\(name) of\n\(graph.text())")
    }
  }

  @Test("A seed always gives the same graph and the same feeds")
  func repeats() throws {
    let (first, firstFeeds) = try GraphGenerator.randomGraph(seed: 7)
    let (second, secondFeeds) = try GraphGenerator.randomGraph(seed: 7)
    #expect(first.text() == second.text())
    #expect(firstFeeds.mapValues { $0.floats() } == secondFeeds.mapValues { $0.floats() })
  }

  @Test("All operators of networks occur within 200 seeds")
  func mixes() throws {
    var seen: Set<String> = []
    for seed in 0..<200 {
      let (graph, _) = try GraphGenerator.randomGraph(seed: UInt64(seed))
      for id in graph.nodeIDs { seen.insert(type(of: graph[id].op).mnemonic) }
    }
    for seed in 0..<100 {
      let (graph, _) = try TypedGraphGenerator.randomGraph(seed: UInt64(seed))
      for id in graph.nodeIDs { seen.insert(type(of: graph[id].op).mnemonic) }
    }
    let rare: Set<String> = [
      "matmul", "not", "conv_transpose2d", "lp_pool", "hardmax", "mean_variance_normalization",
      "lp_normalization", "reduce", "expand", "tile", "resize",
    ]
    let training: Set<String> = [
      "unary_gradient", "softmax_cross_entropy_loss", "softmax_cross_entropy_gradient",
      "conv2d_weight_gradient", "conv2d_image_gradient", "pool2d_gradient", "momentum", "adam",
      "random_uniform",
    ]
    let all = Set(OperatorCatalog.all.map { $0.mnemonic })
    #expect(all.subtracting(seen) == rare.union(training))
  }
}
