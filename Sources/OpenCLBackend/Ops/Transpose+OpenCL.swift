import GraphIR
import Operators
import TensorCore

extension Transpose: OpenCLLowerable {
  /// A view where memory order doesn't change, where nobody on the device reads the value, and where its readers
  /// are convolutions that can walk its rows: then an NCHW image costs nothing.
  package func alias(of input: TensorView, users: [Node]) -> TensorView? {
    let view = input.permuted(permutation)
    if view.isDense || keepsLastAxis || users.isEmpty { return view }
    guard view.shape.rank == 4, view.strides[2] == 1 else { return nil }
    let walksRows = users.allSatisfy { user in
      guard let convolution = user.op as? Conv2D else { return false }
      return convolution.groups == 1 && convolution.dilations.width == 1
    }
    return walksRows ? view : nil
  }

  package func borderThroughAlias(_ border: ZeroBorder, types: [TensorType]) -> ZeroBorder? {
    var result = ZeroBorder.none(rank: permutation.count)
    for (axis, source) in permutation.enumerated() {
      result.before[source] = border.before[axis]
      result.after[source] = border.after[axis]
    }
    return result
  }

  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    try builder.emitView(try builder.view(node.inputs[0]).permuted(permutation), of: node)
  }

  /// Whether the innermost elements stay neighbours.
  private var keepsLastAxis: Bool { permutation.last == permutation.count - 1 }
}
