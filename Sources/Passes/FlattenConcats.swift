import GraphIR
import Operators
import TensorCore

/// Joins everything at once where a concat's parts are concats themselves.
package struct FlattenConcats: Pass {
  package let name = "flatten-concats"
  package let summary =
    "concat(a, concat(b, c)) → concat(a, b, c), when both have the same axis and nothing else reads the inner one"

  /// Inputs that a concat may come to have.
  static let widthLimit = 4_096

  /// Creates the pass.
  package init() {}

  package func run(on graph: inout Graph) throws(InceptError) -> Int {
    try GraphEditor.rewrite(&graph) { (editor) throws(InceptError) in
      var rewrites = 0
      for id in editor.order where editor.isUsed(id) {
        let outer = editor[id]
        guard outer.op is Concat else { continue }
        var sources = outer.sources
        let inputs = outer.inputs.flatMap { input in
          let inner = editor.graph.producer(of: input)
          guard !editor.isResult(input), editor.users(of: input).allSatisfy({ $0 == id }),
            axis(of: inner) == axis(of: outer)
          else { return [input] }
          sources = inner.sources + sources
          return inner.inputs
        }
        guard inputs != outer.inputs, inputs.count <= Self.widthLimit else { continue }
        try editor.replace(id, with: outer.op, inputs: inputs, sources: sources)
        rewrites += 1
      }
      return rewrites
    }
  }

  private func axis(of node: Node) -> Int? {
    (node.op as? Concat).flatMap { node.type.shape.normalizedAxis($0.axis) }
  }
}
