import GraphIR
import Operators
import TensorCore

extension Pool2DGradient: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let image = try builder.rowsView(node.inputs[0])
    let gradient = try builder.rowsView(node.inputs[1])
    let output = try builder.view(node.value)
    let window = pool.window
    let border = window.border(for: Spatial(image.shape[1], image.shape[2]))
    guard let choice = VariantChoice(RowsVariant.allCases, (), builder.traits) else {
      return
    }
    let arguments = Launch.Argument.views(
      image, gradient, output,
      ints: [
        image.shape[3], gradient.shape[1], gradient.shape[2], image.shape[1], image.shape[2],
        image.strides[0], image.strides[1], image.strides[2],
        gradient.strides[0], gradient.strides[1], gradient.strides[2],
        output.strides[0], output.strides[1], output.strides[2],
        border.top, border.left, border.bottom, border.right,
        window.strides.height, window.strides.width,
        window.dilations.height, window.dilations.width,
      ])
    let rows = output.shape[0] * output.shape[1]
    let grid = ItemGrid([image.shape[3], image.shape[2], rows], builder.traits)
    let isRows = choice.chosen == .rows
    builder.emit(
      KernelSpecialization(
        file: "pool2d_gradient.cl", entry: "pool2d_gradient_\(choice.chosen.rawValue)",
        defines: [
          .init("IS_MAX", pool.kind == .max ? 1 : 0), .init("KH", window.kernel.height),
          .init("KW", window.kernel.width), .init("COUNT_PAD", pool.countIncludePad ? 1 : 0),
          .init("IS_ITEMS", isRows ? 0 : 1),
        ]),
      variant: choice.chosen.name, rejected: choice.rejected,
      arguments: isRows ? arguments : arguments + grid.arguments,
      global: isRows ? [rows] : grid.global, local: isRows ? [1] : grid.local)
  }
}
