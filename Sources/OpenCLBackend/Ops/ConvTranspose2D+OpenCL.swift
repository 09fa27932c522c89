import GraphIR
import Operators
import TensorCore

extension ConvTranspose2D: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let image = try builder.rowsView(node.inputs[0])
    let weights = try builder.denseView(node.inputs[1])
    let hasBias = node.inputs.count > 2
    let bias = hasBias ? try builder.denseView(node.inputs[2]) : image
    let output = try builder.view(node.value)
    let outer = weights.shape[3]
    guard let choice = VariantChoice(RowsVariant.allCases, (), builder.traits) else {
      return
    }
    let arguments = Launch.Argument.views(
      image, weights, bias, output,
      ints: [
        image.shape[3] / groups, outer, image.shape[3], output.shape[1], output.shape[2],
        image.shape[1], image.shape[2], image.strides[0], image.strides[1], image.strides[2],
        output.strides[0], output.strides[1], output.strides[2], border.top, border.left,
        strides.height, strides.width, dilations.height, dilations.width,
      ])
    let rows = output.shape[0] * output.shape[1]
    let perPhase = (output.shape[2] + strides.width - 1) / strides.width
    let kernel = KernelSpecialization(
      file: "conv_transpose2d.cl", entry: "conv_transpose2d_\(choice.chosen.rawValue)",
      defines: [
        .init("KH", weights.shape[0]), .init("KW", weights.shape[1]),
        .init("COLUMNS", min(8, perPhase)), .init("TAIL", outer % 16 == 0 ? 0 : 1),
        .init("HAS_BIAS", hasBias ? 1 : 0),
      ] + ActivationTable([activation]).defines)
    switch choice.chosen {
    case .rows:
      builder.emit(
        kernel, variant: choice.chosen.name, rejected: choice.rejected, arguments: arguments,
        global: [rows, groups * ((outer + 15) / 16)], local: [1, 1])
    case .items:
      let grid = ItemGrid([output.shape[3], output.shape[2], rows], builder.traits)
      builder.emit(
        kernel, variant: choice.chosen.name, rejected: choice.rejected,
        arguments: arguments + grid.arguments,
        global: grid.global, local: grid.local)
    }
  }
}
