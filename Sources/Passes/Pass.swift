import GraphIR
import TensorCore

/// A rewriting of a graph that keeps every result's name and value.
///
/// A pass is stateless, deterministic (the same graph in, the same names and ids out) and leaves values that are
/// results computable: asking for an inner value is adding it to the graph's outputs before the passes run.
/// Nodes it makes useless may stay; the pipeline removes them.
package protocol Pass: Sendable {
  /// A verb phrase: `fold-constants`.
  var name: String { get }

  /// What becomes what, and when: `A → B, when C`.
  var summary: String { get }

  /// Rewrites what it finds and returns how many rewrites that were. Called again until there are none.
  func run(on graph: inout Graph) throws(InceptError) -> Int
}
