import GraphIR
import Operators
import TensorCore

extension Identity: OpenCLLowerable {
  package func alias(of input: TensorView, users: [Node]) -> TensorView? { input }

  package func borderThroughAlias(_ border: ZeroBorder, types: [TensorType]) -> ZeroBorder? {
    border
  }

  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    try builder.emitView(try builder.view(node.inputs[0]), of: node)
  }
}

extension Dropout: OpenCLLowerable {
  package func alias(of input: TensorView, users: [Node]) -> TensorView? { input }

  package func borderThroughAlias(_ border: ZeroBorder, types: [TensorType]) -> ZeroBorder? {
    border
  }

  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    try builder.emitView(try builder.view(node.inputs[0]), of: node)
  }
}
