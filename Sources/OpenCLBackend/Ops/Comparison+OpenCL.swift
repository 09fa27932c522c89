import GraphIR
import Operators
import TensorCore

extension Comparison: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let expression =
      switch function {
      case .equal: "((a) == (b))"
      case .less: "((a) < (b))"
      case .lessOrEqual: "((a) <= (b))"
      case .greater: "((a) > (b))"
      case .greaterOrEqual: "((a) >= (b))"
      }
    try builder.emitElementwise(expression, of: node)
  }
}

extension Logical: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let expression =
      switch function {
      case .and: "((a) & (b))"
      case .or: "((a) | (b))"
      case .xor: "((a) ^ (b))"
      }
    try builder.emitElementwise(expression, of: node)
  }
}

extension Not: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    try builder.emitElementwise("(!(a))", of: node)
  }
}

extension Where: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    try builder.emitElementwise("((a) ? (b) : (c))", of: node)
  }
}

extension PlanBuilder {
  /// Computes a node's only output as an expression of its inputs, `a` and so on, broadcast; see ``Elementwise``.
  package mutating func emitElementwise(
    _ expression: String, of node: Node
  ) throws(InceptError) {
    var operands: [TensorView] = []
    for input in node.inputs { operands.append(try view(input)) }
    try Elementwise(expression: expression, operands: operands, output: try view(node.value))
      .emit(into: &self)
  }
}
