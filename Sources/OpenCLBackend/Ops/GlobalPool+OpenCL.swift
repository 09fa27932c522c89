import GraphIR
import Operators
import TensorCore

extension GlobalPool: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let image = try builder.rowsView(node.inputs[0])
    let output = try builder.view(node.value)
    let problem = PoolProblem(image: image, output: output)
    guard let choice = VariantChoice(RowsVariant.allCases, (), builder.traits) else { return }
    let pixels = image.shape[1] * image.shape[2]
    let arguments =
      Launch.Argument.views(
        image, output,
        ints: [
          problem.channels, image.shape[1], image.shape[2], image.strides[0], image.strides[1],
          image.strides[2], output.strides[0],
        ]) + [.float(kind == .max ? 1 : 1 / Float(pixels))]
    let vectors = problem.channels >= 1024 ? 2 : 1
    let kind = KernelSpecialization.Define("IS_MAX", kind == .max ? 1 : 0)
    switch choice.chosen {
    case .rows:
      builder.emit(
        KernelSpecialization(
          file: "global_pool.cl", entry: "global_pool_rows",
          defines: [kind, .init("NV", vectors)]),
        variant: choice.chosen.name, rejected: choice.rejected, arguments: arguments,
        global: [(problem.channels + vectors * 16 - 1) / (vectors * 16), image.shape[0]],
        local: [1, 1])
    case .items:
      let grid = ItemGrid([problem.channels, image.shape[0]], builder.traits)
      builder.emit(
        KernelSpecialization(file: "global_pool.cl", entry: "global_pool_items", defines: [kind]),
        variant: choice.chosen.name, rejected: choice.rejected,
        arguments: arguments + grid.arguments,
        global: grid.global, local: grid.local)
    }
  }
}
