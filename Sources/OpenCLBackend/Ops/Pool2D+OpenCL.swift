import GraphIR
import Operators
import TensorCore

extension Pool2D: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let defines: [KernelSpecialization.Define] = [
      .init("IS_MAX", kind == .max ? 1 : 0), .init("KH", window.kernel.height),
      .init("KW", window.kernel.width), .init("COUNT_PAD", countIncludePad ? 1 : 0),
      .init("HAS_BIAS", node.inputs.count > 1 ? 1 : 0),
    ]
    try builder.emitPool(node, window, defines, activation)
  }
}

extension LpPool2D: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let (map, root) =
      switch p {
      case 1: ("fabs(x)", "(x)")
      case 2: ("((x) * (x))", "sqrt(x)")
      default: ("pow(fabs(x), \(p).0f)", "pow(x, 1.0f / \(p).0f)")
      }
    let defines: [KernelSpecialization.Define] = [
      .init("IS_MAX", 0), .init("IS_NORM", 1), .init("MAP(x)", map), .init("ROOT(x)", root),
      .init("KH", window.kernel.height), .init("KW", window.kernel.width),
    ]
    try builder.emitPool(node, window, defines, nil)
  }
}

extension PlanBuilder {
  /// Emits a pool of `window`, `defines` being what the kernel computes; a second input is its bias.
  fileprivate mutating func emitPool(
    _ node: Node, _ window: Window, _ defines: [KernelSpecialization.Define],
    _ activation: UnaryFunction?
  ) throws(InceptError) {
    let image = try rowsView(node.inputs[0])
    let output = try view(node.value)
    let problem = PoolProblem(image: image, output: output)
    guard let choice = VariantChoice(RowsVariant.allCases, (), traits) else { return }
    let bias = node.inputs.count > 1 ? try denseView(node.inputs[1]) : image
    let border = window.border(for: Spatial(image.shape[1], image.shape[2]))
    let arguments = Launch.Argument.views(
      image, bias, output,
      ints: [
        problem.channels, output.shape[1], output.shape[2], image.shape[1], image.shape[2],
        image.strides[0], image.strides[1], image.strides[2],
        output.strides[0], output.strides[1], output.strides[2],
        border.top, border.left, border.bottom, border.right,
        window.strides.height, window.strides.width,
        window.dilations.height, window.dilations.width,
      ])
    let defines = defines + ActivationTable([activation]).defines
    switch choice.chosen {
    case .rows:
      let panel = problem.panel(traits)
      let tiles: [KernelSpecialization.Define] = [
        .init("NV", problem.vectors), .init("TAIL", problem.hasTail ? 1 : 0),
      ]
      emit(
        KernelSpecialization(file: "pool2d.cl", entry: "pool2d_rows", defines: defines + tiles),
        variant: choice.chosen.name, rejected: choice.rejected,
        arguments: arguments + [.int(panel)],
        global: [problem.rows, (problem.channels + panel - 1) / panel], local: [1, 1])
    case .items:
      let grid = ItemGrid([problem.channels, output.shape[2], problem.rows], traits)
      emit(
        KernelSpecialization(file: "pool2d.cl", entry: "pool2d_items", defines: defines),
        variant: choice.chosen.name, rejected: choice.rejected,
        arguments: arguments + grid.arguments, global: grid.global, local: grid.local)
    }
  }
}
