import Foundation
import GraphIR
import Operators
import Passes
import TensorCore
import Testing

@Suite struct PassPipelineTests {
  /// An Inception block: three siblings, one of them behind an average pool, joined.
  private func block() throws -> GraphBuilder {
    var b = GraphBuilder()
    let x = try b.input([1, 5, 5, 4])
    func unit(_ x: ValueID, kernel: Int = 1, name: String) throws -> ValueID {
      let conv = try b.conv(
        Conv2D(padding: .symmetric(kernel / 2, kernel / 2)), x, kernel: kernel, to: 3,
        name: "\(name).conv")
      return try b.add(Unary(.relu), b.batchNorm(conv, name: "\(name).bn"), name: name)
    }
    let first = try unit(x, name: "branch1x1")
    let second = try unit(unit(x, name: "branch3x3_1"), kernel: 3, name: "branch3x3_2")
    let window = Window(kernel: Spatial(3), padding: .symmetric(1, 1))
    let pool = try b.add(
      Pool2D(.average, window: window, countIncludePad: true), x, name: "avg_pool")
    b.results(
      try b.add(Concat(axis: 3), first, second, unit(pool, name: "branch_pool"), name: "block"))
    return b
  }

  @Test func inceptionBlockBecomesFourNodes() throws {
    let b = try block()
    let (graph, report) = try PassPipeline().run(b.graph)
    let difference = try difference(b.graph, graph, feeding: b.feeds)
    #expect(difference == nil)
    let nodes = graph.topologicalOrder().map { graph[$0] }.filter { !($0.op is Constant) }
    #expect(
      nodes.map { "\($0.op.mnemonic) \($0.name)" } == [
        "input x", "conv2d branch1x1 + branch3x3_1 + branch_pool.pointwise", "conv2d branch3x3_2",
        "average_pool branch_pool", "concat block",
      ])
    #expect(nodes[2].sources == ["branch3x3_2.conv", "branch3x3_2.bn", "branch3x3_2"])
    #expect(
      nodes[3].sources == ["avg_pool", "branch_pool.conv", "branch_pool.bn", "branch_pool"])
    #expect(
      report.filter { $0.rewrites > 0 }.map(\.pass) == [
        "fold-batch-norm-into-convolution", "fuse-bias-and-activation",
        "move-pointwise-before-average-pool", "merge-sibling-convolutions",
      ])
  }

  @Test func sameGraphGivesTheSameTextEveryTime() throws {
    let graph = try block().graph
    let first = try PassPipeline().run(graph).graph.text()
    for _ in 0..<20 { #expect(try PassPipeline().run(graph).graph.text() == first) }
  }

  @Test func resultsOfTheOptimiserAreAFixpoint() throws {
    let once = try PassPipeline().run(block().graph).graph
    let (twice, report) = try PassPipeline().run(once)
    #expect(twice.text() == once.text())
    #expect(report.allSatisfy { $0.rewrites == 0 })
  }

  @Test func runStopsAfterTheNamedPass() throws {
    let names = PassPipeline.standard.map(\.name)
    var seen: [String] = []
    let (_, report) = try PassPipeline().run(block().graph, through: names[5]) { step, _ in
      seen.append(step.pass)
    }
    #expect(seen == Array(names[...5]))
    #expect(report.map(\.pass) == seen)
  }

  @Test func unknownNameIsTheCallersMistake() throws {
    let graph = try block().graph
    let error = #expect(throws: InceptError.self) {
      try PassPipeline().run(graph, through: "make-faster")
    }
    #expect(error?.category == .usage)
    #expect(error?.hint?.contains("fold-constants") == true)
  }

  @Test(.timeLimit(.minutes(1)))
  func longChainsTakeLinearTime() throws {
    var b = GraphBuilder()
    var y = try b.conv(b.input([1, 2, 2, 3]), to: 3, name: "conv")
    let links: [any Operator] = [
      Identity(), Unary(.relu), Transpose.toNCHW, Transpose.toNHWC, Unary(.tanh),
    ]
    for index in 0..<20_000 {
      y = try b.add(links[index % links.count], y, name: "link\(index)")
    }
    b.results(y)
    let graph = try PassPipeline().run(b.graph).graph
    // The convolution with its first activation, its input and weights, and what can't be fused.
    #expect(graph.nodeCount == 3 + 8_000 - 1)
  }

  @Test func documentationHasEveryPass() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(
      contentsOf: root.appending(path: "docs/passes.md"), encoding: .utf8)
    for (number, pass) in PassPipeline.standard.enumerated() {
      #expect(text.contains("| \(number + 1) | `\(pass.name)` |"))
    }
  }

  @Test func namesAreUniqueVerbPhrases() {
    let names = PassPipeline.standard.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0.wholeMatch(of: /[a-z]+(-[a-z]+)+/) != nil })
  }

  /// Finds something to do for ever.
  private struct Restless: Pass {
    let name = "never-rest"
    let summary = "x → x"
    func run(on graph: inout Graph) -> Int { 1 }
  }

  /// Makes a result refer to another node's type.
  private struct Broken: Pass {
    let name = "break-types"
    let summary = "conv2d → what its users do not accept"
    func run(on graph: inout Graph) throws(InceptError) -> Int {
      for id in graph.nodeIDs where graph[id].op is Conv2D {
        try graph.replace(id, with: Flatten(), inputs: [graph[id].inputs[0]])
        return 1
      }
      return 0
    }
  }

  @Test(arguments: [Restless() as any Pass, Broken()])
  func faultyPassIsNamed(pass: any Pass) throws {
    let graph = try block().graph
    let error = #expect(throws: InceptError.self) { try PassPipeline([pass]).run(graph) }
    #expect(error?.category == .software)
    #expect(error?.subject == "pass '\(pass.name)'")
  }
}
