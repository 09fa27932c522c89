import GraphIR
import Operators
import TensorCore

extension Reshape: OpenCLLowerable {
  package func alias(of input: TensorView, users: [Node]) -> TensorView? {
    (try? inferOutputs([TensorType(input.shape, input.elementType)]))?.first
      .flatMap { input.viewed(as: $0.shape) }
  }

  package func borderThroughAlias(_ border: ZeroBorder, types: [TensorType]) -> ZeroBorder? {
    border.isNone ? .none(rank: types[0].shape.rank) : nil
  }

  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    try builder.emitReshape(node)
  }
}

extension Flatten: OpenCLLowerable {
  package func alias(of input: TensorView, users: [Node]) -> TensorView? {
    (try? inferOutputs([TensorType(input.shape, input.elementType)]))?.first
      .flatMap { input.viewed(as: $0.shape) }
  }

  package func borderThroughAlias(_ border: ZeroBorder, types: [TensorType]) -> ZeroBorder? {
    border.isNone ? .none(rank: types[0].shape.rank) : nil
  }

  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    try builder.emitReshape(node)
  }
}

extension PlanBuilder {
  /// Nothing where the value is a view of the input; else a copy, in two steps where neither side can be seen
  /// in the other's shape.
  fileprivate mutating func emitReshape(_ node: Node) throws(InceptError) {
    let source = try view(node.inputs[0])
    let target = try view(node.value)
    if let same = source.viewed(as: target.shape) { return try emitView(same, of: node) }
    if let same = target.viewed(as: source.shape) {
      return try emitCopy(from: source, to: same, step: nil)
    }
    let dense = try denseView(node.inputs[0])
    guard let same = dense.viewed(as: target.shape) else {
      throw InceptError(
        .software, subject: "reshape", expected: "expected \(target.shape.elementCount) elements",
        found: "\(dense.shape)")
    }
    try emitCopy(from: same, to: target, step: nil)
  }
}
