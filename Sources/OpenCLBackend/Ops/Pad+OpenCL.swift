import GraphIR
import Operators
import TensorCore

extension Pad: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    var input = try builder.view(node.inputs[0])
    let output = try builder.view(node.value)
    for axis in 0..<input.shape.rank {
      let start = -min(before[axis], 0)
      let count = input.shape[axis] - start + min(after[axis], 0)
      input = input.slice(axis: axis, start: start, count: count)
    }
    let cells = (0..<input.shape.rank).flatMap { axis -> [Launch.Cell] in
      [
        .int(output.shape[axis]), .int(output.strides[axis]), .int(input.strides[axis]),
        .int(max(before[axis], 0)), .int(input.shape[axis]),
      ]
    }
    guard let length = output.shape.dimensions.last else {
      try builder.emitCopy(from: input, to: output, step: nil)
      return
    }
    let rows = output.shape.elementCount / max(1, length)
    var fill: Float = 0
    if case .constant(let value) = mode { fill = value }
    let arguments =
      Launch.Argument.views(input, output) + [
        .table(cells), .int(input.shape.rank), .float(fill),
      ]
    guard let choice = VariantChoice(RowsVariant.allCases, (), builder.traits) else { return }
    let kernel = KernelSpecialization(
      file: "pad.cl", entry: "pad_\(choice.chosen.rawValue)",
      defines: [.init("MODE", modeNumber)] + types(input.elementType, fill))
    switch choice.chosen {
    case .rows:
      let rowsPerItem = max(1, RowsVariant.copiedPerItem / length)
      builder.emit(
        kernel, variant: choice.chosen.name, rejected: choice.rejected,
        arguments: arguments + [.int(rows), .int(rowsPerItem)],
        global: [(rows + rowsPerItem - 1) / rowsPerItem], local: [1])
    case .items:
      let grid = ItemGrid([length, rows], builder.traits)
      builder.emit(
        kernel, variant: choice.chosen.name, rejected: choice.rejected,
        arguments: arguments + grid.arguments,
        global: grid.global, local: grid.local)
    }
  }

  /// Type and value to fill with, where that is no float.
  private func types(_ type: ElementType, _ fill: Float) -> [KernelSpecialization.Define] {
    guard type != .float32 else { return [] }
    let value = type == .bool ? (fill == 0 ? 0 : 1) : Int64(saturating: Double(fill))
    return [
      .init("TYPED", 1), .init("T", type.openCLName),
      .init("FILL", "((T)\(value == .min ? "LONG_MIN" : "(\(value)L)"))"),
    ]
  }

  private var modeNumber: Int {
    switch mode {
    case .constant: 0
    case .edge: 1
    case .reflect: 2
    case .symmetric: 3
    case .wrap: 4
    }
  }
}
