import GraphIR
import Operators
import TensorCore

extension Gather: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let (data, indices) = (try builder.view(node.inputs[0]), try builder.view(node.inputs[1]))
    let output = try builder.view(node.value)
    guard let axis = data.shape.normalizedAxis(axis) else { return }
    let zeros = [Int](repeating: 0, count: indices.shape.rank)
    var dataStrides = data.strides
    dataStrides.replaceSubrange(axis...axis, with: zeros)
    let outerZeros = [Int](repeating: 0, count: axis)
    let innerZeros = [Int](repeating: 0, count: data.shape.rank - axis - 1)
    var outer = StridedLoop(
      output.shape, [output.strides, dataStrides, outerZeros + indices.strides + innerZeros])
    let inner = outer.removeInnermost()
    let (length, rows) = (inner.extent, outer.count)
    guard let choice = VariantChoice(RowsVariant.allCases, (), builder.traits) else { return }
    let arguments =
      Launch.Argument.views(data, indices, output) + [
        .table(inner.cells + outer.axes.flatMap(\.cells)), .int(outer.axes.count),
        .int(data.shape[axis]), .int(data.strides[axis]),
      ]
    let kernel = KernelSpecialization(
      file: "gather.cl", entry: "gather_\(choice.chosen.rawValue)",
      defines: [
        .init("T", data.elementType.openCLName), .init("INDEX", indices.elementType.openCLName),
      ])
    switch choice.chosen {
    case .rows:
      let chunk = min(length, RowsVariant.copiedPerItem)
      let rowsPerItem = max(1, RowsVariant.copiedPerItem / max(1, chunk))
      builder.emit(
        kernel, variant: choice.chosen.name, rejected: choice.rejected,
        arguments: arguments + [.int(length), .int(chunk), .int(rows), .int(rowsPerItem)],
        global: [(length + chunk - 1) / chunk, (rows + rowsPerItem - 1) / rowsPerItem],
        local: [1, 1])
    case .items:
      let grid = ItemGrid([length, rows], builder.traits)
      builder.emit(
        kernel, variant: choice.chosen.name, rejected: choice.rejected,
        arguments: arguments + grid.arguments,
        global: grid.global, local: grid.local)
    }
  }
}
