import GraphIR
import Operators
import TensorCore

extension Pool2D: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let image = try builder.rowsView(node.inputs[0])
    let output = try builder.view(node.value)
    let problem = PoolProblem(image: image, output: output)
    guard let choice = VariantChoice(PoolVariant.allCases, problem, builder.traits) else { return }
    var bias = image
    if node.inputs.count > 1 { bias = try builder.denseView(node.inputs[1]) }
    let border = window.border(for: Spatial(image.shape[1], image.shape[2]))
    let arguments: [Launch.Argument] =
      [
        .buffer(image.storage), .offset(image.storage, image.offset),
        .buffer(bias.storage), .offset(bias.storage, bias.offset),
        .buffer(output.storage), .offset(output.storage, output.offset),
      ]
      + ([
        problem.channels, output.shape[1], output.shape[2], image.shape[1], image.shape[2],
        image.strides[0], image.strides[1], image.strides[2],
        output.strides[0], output.strides[1], output.strides[2],
        border.top, border.left, border.bottom, border.right,
        window.strides.height, window.strides.width,
        window.dilations.height, window.dilations.width,
      ] as [Int]).map { .int($0) }
    let hasBias = node.inputs.count > 1
    switch choice.chosen {
    case .rows:
      let panel = problem.panel(builder.traits)
      builder.emit(
        kernel("pool2d_rows", problem, hasBias: hasBias), variant: choice.chosen.name,
        rejected: choice.rejected, arguments: arguments + [.int(panel)],
        global: [problem.rows, (problem.channels + panel - 1) / panel], local: [1, 1])
    case .items:
      builder.emit(
        kernel("pool2d_items", nil, hasBias: hasBias), variant: choice.chosen.name,
        rejected: choice.rejected, arguments: arguments,
        global: [problem.channels, output.shape[2], problem.rows], local: nil)
    }
  }

  private func kernel(_ entry: String, _ tiles: PoolProblem?, hasBias: Bool)
    -> KernelSpecialization
  {
    var defines: [KernelSpecialization.Define] = [
      .init("IS_MAX", kind == .max ? 1 : 0), .init("KH", window.kernel.height),
      .init("KW", window.kernel.width), .init("COUNT_PAD", countIncludePad ? 1 : 0),
      .init("HAS_BIAS", hasBias ? 1 : 0),
    ]
    if let tiles {
      defines += [.init("NV", tiles.vectors), .init("TAIL", tiles.hasTail ? 1 : 0)]
    }
    return KernelSpecialization(
      file: "pool2d.cl", entry: entry, defines: defines + ActivationTable([activation]).defines)
  }
}
