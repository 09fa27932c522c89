import GraphIR
import Operators
import TensorCore

extension Hardmax: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let input = try builder.view(node.inputs[0])
    let output = try builder.view(node.value)
    guard let axis = input.shape.normalizedAxis(axis) else { return }
    let others = (0..<input.shape.rank).filter { $0 != axis }
    let rows = StridedLoop(
      Shape(others.map { input.shape[$0] }),
      [others.map { output.strides[$0] }, others.map { input.strides[$0] }])
    let grid = ItemGrid([rows.count], builder.traits)
    builder.emit(
      KernelSpecialization(file: "hardmax.cl", entry: "hardmax_items"), variant: "items",
      arguments: Launch.Argument.views(input, output) + [
        rows.table, .int(rows.axes.count), .int(input.shape[axis]), .int(input.strides[axis]),
        .int(output.strides[axis]),
      ] + grid.arguments, global: grid.global, local: grid.local)
  }
}
