import GraphIR
import Operators
import Reference
import TensorCore

/// Computes at load time what depends on constants only.
package struct FoldConstants: Pass {
  package let name = "fold-constants"
  package let summary =
    "op(constants) → constant, when the result is not much larger than its inputs and soon computed"

  /// How many elements a result may exceed its inputs by: 64 MB.
  static let growthLimit = 16 << 20
  /// Input elements, and multiply-adds, beyond which the device is left to compute the node.
  static let workLimit = 1 << 24

  /// Creates the pass.
  package init() {}

  package func run(on graph: inout Graph) throws(InceptError) -> Int {
    try GraphEditor.rewrite(&graph) { (editor) throws(InceptError) in
      var rewrites = 0
      for id in editor.order where editor.isUsed(id) {
        let node = editor[id]
        let inputs = node.inputs.compactMap { editor.graph.constant($0) }
        guard !inputs.isEmpty, inputs.count == node.inputs.count, node.outputs.count == 1,
          editor.graph.cost(of: id).multiplyAdds <= Self.workLimit,
          let result = try value(of: node, inputs)
        else { continue }
        try editor.replace(id, with: Constant(result), inputs: [], sources: node.sources)
        rewrites += 1
      }
      return rewrites
    }
  }

  /// The node's value; nil where it is big, takes long, or has no reference to compute it with.
  private func value(of node: Node, _ inputs: [HostTensor]) throws(InceptError) -> HostTensor? {
    let elements = inputs.reduce(0) { $0 + $1.elementCount }
    guard node.type.shape.elementCount <= elements + Self.growthLimit else { return nil }
    switch node.op {
    case is Identity, is Dropout, is Reshape, is Flatten:
      return inputs[0].reshaped(node.type.shape)
    case let op as Transpose:
      return inputs[0].permuted(op.permutation)
    case is Pool2D, is LRN:
      // Windows make these slower than their size tells.
      return nil
    case let op as any ReferenceEvaluable where elements <= Self.workLimit:
      let result: [ReferenceTensor]
      do {
        result = try op.evaluate(inputs.map { ReferenceTensor($0) })
      } catch  where op is Gather {
        // An index out of range, which means the nearest one to devices.
        return nil
      } catch {
        throw error.about(node.subject)
      }
      return result.first?.hostTensor
    default:
      return nil
    }
  }
}
