import GraphIR
import Operators
import TensorCore

extension Cast: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let input = try builder.view(node.inputs[0])
    let output = try builder.view(node.value)
    try Elementwise(
      expression: expression(from: input.elementType), operands: [input], output: output
    ).emit(into: &builder)
  }

  private func expression(from source: ElementType) -> String {
    if source == type { return "(a)" }
    return switch (source, type) {
    case (_, .bool): "((a) != 0)"
    case (.float32, .int32): "convert_int_sat(a)"
    case (.float32, .int64): "convert_long_sat(a)"
    default: "((TY)(a))"
    }
  }
}
