import GraphIR
import TensorCore

/// An ordered list of passes, and the driver that runs it.
package struct PassPipeline: Sendable {
  /// The passes of every optimised graph.
  package static let standard: [any Pass] = [
    RemoveIdentities(),
    // Before everything that asks for constant parameters.
    FoldConstants(),
    CancelTransposes(),
    FoldPadIntoConvolution(),
    FoldBatchNormIntoConvolution(),
    // After batch norms have had the chance to go into the convolution before them.
    FoldInputAffineIntoConvolution(),
    // After arithmetic between the flattening and the layer has gone.
    FoldTransposeIntoDense(),
    FuseBiasAndActivation(),
    // After fusion, as the bias and the activation move to the pool; before merging, as the moved convolution
    // joins its siblings.
    MovePointwiseBeforeAveragePool(),
    MergeSiblingConvolutions(),
    FlattenConcats(),
  ]

  /// What one pass did.
  package struct Step: Hashable, Sendable {
    /// The pass's name.
    package let pass: String
    /// Rewrites made, over all rounds.
    package let rewrites: Int
    /// Nodes removed afterwards because no result depended on them any more.
    package let removedNodes: Int
  }

  /// Rounds after which a pass that still finds something to do is taken for a bug.
  static let roundLimit = 1_000

  /// The passes, in order.
  package let passes: [any Pass]

  /// A pipeline of the given passes.
  package init(_ passes: [any Pass] = PassPipeline.standard) { self.passes = passes }

  /// Runs each pass until it finds nothing more, removes nodes that are not needed, and verifies the graph.
  ///
  /// - Parameters:
  ///   - graph: what to optimise; its shapes are taken for given, so rebind before, not after.
  ///   - lastPass: name of the pass to stop after; nil runs all.
  ///   - afterPass: called with the graph after each pass.
  /// - Throws: `.usage` for an unknown `lastPass`; `.software` for a pass that breaks the graph, naming it.
  package func run(
    _ graph: Graph, through lastPass: String? = nil,
    afterPass: (Step, Graph) throws(InceptError) -> Void = { _, _ in }
  ) throws(InceptError) -> (graph: Graph, report: [Step]) {
    if let lastPass, !passes.contains(where: { $0.name == lastPass }) {
      throw InceptError(
        .usage, subject: "pass '\(lastPass)'", expected: "expected the name of a pass",
        hint: "the passes are \(passes.map(\.name).joined(separator: ", "))")
    }
    var graph = graph
    graph.removeUnused()
    try graph.verify()
    var report: [Step] = []
    for pass in passes {
      let step = try run(pass, on: &graph)
      report.append(step)
      try afterPass(step, graph)
      if pass.name == lastPass { break }
    }
    return (graph, report)
  }

  private func run(_ pass: any Pass, on graph: inout Graph) throws(InceptError) -> Step {
    var (rewrites, removed, rounds) = (0, 0, 0)
    while true {
      let found: Int
      do {
        found = try pass.run(on: &graph)
        removed += graph.removeUnused()
        if found > 0 { try graph.verify() }
      } catch {
        throw broken(pass, "\(error)")
      }
      rewrites += found
      rounds += 1
      if found == 0 { break }
      guard rounds < Self.roundLimit else {
        throw broken(pass, "rewrites left after \(rounds) rounds")
      }
    }
    return Step(pass: pass.name, rewrites: rewrites, removedNodes: removed)
  }

  private func broken(_ pass: any Pass, _ found: String) -> InceptError {
    InceptError(
      .software, subject: "pass '\(pass.name)'", expected: "expected a valid graph after it",
      found: found, hint: "this is a bug of Incept; please report it with the command you ran")
  }
}
