import GraphIR
import Operators
import TensorCore

extension Slice: OpenCLLowerable {
  package func alias(of input: TensorView, users: [Node]) -> TensorView? {
    canAlias(input.shape) ? view(of: input) : nil
  }

  /// Zeros around axes that stay whole are zeros around the input too.
  package func borderThroughAlias(_ border: ZeroBorder, types: [TensorType]) -> ZeroBorder? {
    let shape = types[0].shape
    guard canAlias(shape), let ranges = resolved(shape) else { return nil }
    for (axis, range) in ranges.enumerated()
    where range.start != 0 || range.count != shape[axis] || range.step != 1 {
      guard border.before[axis] == 0, border.after[axis] == 0 else { return nil }
    }
    return border
  }

  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    guard let source = view(of: try builder.view(node.inputs[0])) else { return }
    try builder.emitView(source, of: node)
  }

  /// Kernels read values whose innermost elements are neighbours and whose strides are positive.
  private func canAlias(_ shape: Shape) -> Bool {
    guard let ranges = resolved(shape) else { return false }
    return ranges.allSatisfy { $0.step > 0 } && (ranges.last.map { $0.step == 1 } ?? true)
  }

  private func view(of input: TensorView) -> TensorView? {
    guard let ranges = resolved(input.shape) else { return nil }
    var view = input
    for (axis, range) in ranges.enumerated() {
      view = view.slice(axis: axis, start: range.start, count: range.count, step: range.step)
    }
    return view
  }
}
