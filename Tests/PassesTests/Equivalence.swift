import GraphIR
import Passes
import Reference
import TensorCore
import TestSupport
import Testing

/// How far results may move: folded weights are rounded to float32 once more, everything else is exact.
let foldingTolerance = Tolerance.tight

/// The first result that differs between two graphs fed alike, and how; nil where all agree.
func difference(_ graph: Graph, _ optimised: Graph, feeding feeds: [String: HostTensor]) throws
  -> String?
{
  guard graph.outputs.map(\.name) == optimised.outputs.map(\.name) else {
    return "results \(optimised.outputs.map(\.name)) instead of \(graph.outputs.map(\.name))"
  }
  let wanted = try ReferenceEvaluator.evaluate(graph, feeding: feeds)
  let found = try ReferenceEvaluator.evaluate(optimised, feeding: feeds)
  for output in graph.outputs {
    guard let wanted = wanted[output.name], let found = found[output.name] else {
      return "no result '\(output.name)'"
    }
    guard wanted.type == found.type else {
      return "'\(output.name)': \(found.type) instead of \(wanted.type)"
    }
    if let mismatch = foldingTolerance.mismatch(found.values, reference: wanted.values) {
      return "'\(output.name)': \(mismatch)"
    }
  }
  return nil
}

/// Expects `pass` to make the graph of text `after` from the builder's, whose text is `before`, and the results to
/// stay what they are.
func expect(
  _ pass: any Pass, on builder: GraphBuilder, before: String, after: String,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let optimised = try PassPipeline([pass]).run(builder.graph).graph
  #expect(body(builder.graph) == before, sourceLocation: sourceLocation)
  #expect(body(optimised) == after, sourceLocation: sourceLocation)
  let difference = try difference(builder.graph, optimised, feeding: builder.feeds)
  #expect(difference == nil, sourceLocation: sourceLocation)
}

/// Expects `pass` to leave the builder's graph as it is.
func expectNothing(
  of pass: any Pass, on builder: GraphBuilder, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let (optimised, report) = try PassPipeline([pass]).run(builder.graph)
  #expect(report.map(\.rewrites) == [0], sourceLocation: sourceLocation)
  #expect(optimised.text() == builder.graph.text(), sourceLocation: sourceLocation)
}

/// A graph's text without its head, inputs and constants.
private func body(_ graph: Graph) -> String {
  let lines = graph.text().split(separator: "\n").dropFirst().map { $0.dropFirst(2) }
  return lines.filter { !$0.contains(" = constant :") && !$0.contains(" = input :") }
    .joined(separator: "\n")
}
