import GraphIR
import Operators
import Passes
import TensorCore
import Testing

/// Wrong passes, each wrong in one way that a reader might overlook.
enum Mutant: String, CaseIterable, Pass {
  case epsilonOfAnotherFramework, shiftForMean, swappedParts, paddingCounted,
    transposeUndoneTwice, paddingShifted, swappedOperands, activationLost,
    activationForAllReaders

  var name: String { rawValue }
  var summary: String { "a wrong rewriting" }

  func run(on graph: inout Graph) throws(InceptError) -> Int {
    for id in graph.topologicalOrder() {
      let node = graph[id]
      guard let (op, inputs) = mutated(node, in: graph),
        !op.isEqual(to: node.op) || inputs != node.inputs
      else { continue }
      try graph.replace(id, with: op, inputs: inputs)
      break
    }
    // No rewrites reported: a mutant of a mutant may be right again.
    return 0
  }

  private func mutated(_ node: Node, in graph: Graph) -> (any Operator, [ValueID])? {
    let inputs = node.inputs
    switch (self, node.op) {
    case (.epsilonOfAnotherFramework, let op as BatchNormalization):
      return (BatchNormalization(epsilon: op.epsilon == 1e-3 ? 1e-5 : 1e-3), inputs)
    case (.shiftForMean, let op as BatchNormalization):
      return (op, [inputs[0], inputs[1], inputs[2], inputs[2], inputs[4]])
    case (.swappedParts, is Concat)
    where inputs.count > 1
      && graph.type(of: inputs[0]) == graph.type(of: inputs[1]):
      return (node.op, [inputs[1], inputs[0]] + inputs.dropFirst(2))
    case (.paddingCounted, let op as Pool2D) where op.kind == .average:
      return (Pool2D(.average, window: op.window, countIncludePad: !op.countIncludePad), inputs)
    case (.transposeUndoneTwice, let op as Transpose):
      let inverse = op.permutation.indices.compactMap { op.permutation.firstIndex(of: $0) }
      guard node.type.shape == graph.type(of: inputs[0]).shape.permuted(inverse) else { return nil }
      return (Transpose(inverse), inputs)
    case (.paddingShifted, let op as Pad):
      return (Pad(before: op.after, after: op.before, mode: op.mode), inputs)
    case (.swappedOperands, let op as Binary)
    where op.function == .sub
      && graph.type(of: inputs[0]) == graph.type(of: inputs[1]):
      return (op, [inputs[1], inputs[0]])
    case (.activationLost, let op as Conv2D) where op.activation != nil:
      return (op.with(activation: nil), inputs)
    case (.activationForAllReaders, let op as Conv2D) where op.activation == nil:
      let readers = (graph.users()[node.value] ?? []).map { graph[$0].op }
      guard readers.count > 1, let unary = readers.lazy.compactMap({ $0 as? Unary }).first else {
        return nil
      }
      return (op.with(activation: unary.function), inputs)
    default: return nil
    }
  }
}

@Suite struct MutationTests {
  /// The comparison that the other tests rely on sees each of these mistakes in some random graph.
  @Test(arguments: Mutant.allCases)
  func wrongRewritingIsCaught(mutant: Mutant) throws {
    var caught = 0
    for seed in Specimen.seeds where caught == 0 {
      for specimen in try Specimen.of(seed) {
        if try specimen.difference(after: [mutant] + PassPipeline.standard) != nil { caught += 1 }
      }
    }
    #expect(caught > 0)
  }
}
