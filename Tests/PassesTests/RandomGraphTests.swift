import GraphIR
import Operators
import Passes
import TensorCore
import TestSupport
import Testing

/// A graph to optimise, with tensors to feed it.
struct Specimen {
  let graph: Graph
  let feeds: [String: HostTensor]

  /// Seeds of each of the two generators.
  static let seeds: Range<UInt64> = 0..<240

  /// The graphs of one seed: a general one and one of the passes' own patterns, each as it is and with inner
  /// values among its results.
  static func of(_ seed: UInt64) throws -> [Specimen] {
    let general = try GraphGenerator.randomGraph(seed: seed)
    let patterns = try PatternGenerator.graph(seed: seed)
    let plain = [
      Specimen(graph: general.graph, feeds: general.feeds),
      Specimen(graph: patterns.graph, feeds: patterns.feeds),
    ]
    var random = RandomSource(seed: seed)
    return plain + plain.map { $0.asking(&random) }
  }

  /// The same graph with up to three inner values as further results.
  private func asking(_ random: inout RandomSource) -> Specimen {
    var graph = graph
    for number in 1...random.int(in: 1...3) {
      let value = graph[random.pick(graph.nodeIDs)].value
      graph.outputs.append(GraphOutput(name: "asked\(number)", value: value))
    }
    return Specimen(graph: graph, feeds: feeds)
  }

  /// How results differ after `passes`, if they do.
  func difference(after passes: [any Pass]) throws -> String? {
    let optimised = try PassPipeline(passes).run(graph).graph
    return try PassesTests.difference(graph, optimised, feeding: feeds)
  }
}

@Suite struct RandomGraphTests {
  @Test(arguments: PassPipeline.standard)
  func passAloneKeepsEveryResult(pass: any Pass) throws {
    var rewrites = 0
    for seed in Specimen.seeds {
      for (index, specimen) in try Specimen.of(seed).enumerated() {
        let (optimised, report) = try PassPipeline([pass]).run(specimen.graph)
        rewrites += report[0].rewrites
        guard report[0].rewrites > 0 else { continue }
        let found = try difference(specimen.graph, optimised, feeding: specimen.feeds)
        #expect(found == nil, "seed \(seed), specimen \(index)")
      }
    }
    #expect(rewrites > 0, "the generators have nothing for this pass")
  }

  @Test func wholePipelineKeepsEveryResult() throws {
    for seed in Specimen.seeds {
      for (index, specimen) in try Specimen.of(seed).enumerated() {
        let found = try specimen.difference(after: PassPipeline.standard)
        #expect(found == nil, "seed \(seed), specimen \(index)")
      }
    }
  }

  @Test func pipelineIsDeterministic() throws {
    for seed in Specimen.seeds.prefix(60) {
      for specimen in try Specimen.of(seed) {
        let once = try PassPipeline().run(specimen.graph).graph
        #expect(try PassPipeline().run(specimen.graph).graph.text() == once.text())
      }
    }
  }
}
