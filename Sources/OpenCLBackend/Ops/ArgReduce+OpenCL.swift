import GraphIR
import Operators
import TensorCore

extension ArgReduce: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let input = try builder.view(node.inputs[0])
    let output = try builder.view(node.value)
    guard let axis = input.shape.normalizedAxis(axis) else { return }
    var outputStrides = output.strides
    if keepsAxis { outputStrides.remove(at: axis) }
    let rows = StridedLoop(
      input.shape.without(axis), [outputStrides, input.strides.without(axis)])
    let kernel = KernelSpecialization(
      file: "arg_reduce.cl", entry: "arg_reduce",
      defines: [
        .init("T", input.elementType.openCLName), .init("MINIMUM", kind == .min ? 1 : 0),
        .init("LAST", selectsLast ? 1 : 0),
        .init("FLOATS", input.elementType == .float32 ? 1 : 0),
      ])
    let grid = ItemGrid([rows.count], builder.traits)
    builder.emit(
      kernel, variant: "row per work-item",
      arguments: Launch.Argument.views(input, output) + [
        rows.table, .int(rows.axes.count), .int(input.shape[axis]), .int(input.strides[axis]),
      ] + grid.arguments, global: grid.global, local: grid.local)
  }
}

extension Shape {
  /// The shape but for one axis.
  func without(_ axis: Int) -> Shape { Shape(dimensions.without(axis)) }
}

extension [Int] {
  /// The numbers but for one axis.
  func without(_ axis: Int) -> [Int] {
    var result = self
    result.remove(at: axis)
    return result
  }
}
