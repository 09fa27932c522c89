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
    guard let choice = VariantChoice(PoolGradientVariant.allCases, (), builder.traits) else {
      return
    }
    let arguments: [Launch.Argument] =
      [
        .buffer(image.storage), .offset(image.storage, image.offset),
        .buffer(gradient.storage), .offset(gradient.storage, gradient.offset),
        .buffer(output.storage), .offset(output.storage, output.offset),
      ]
      + ([
        image.shape[3], gradient.shape[1], gradient.shape[2], image.shape[1], image.shape[2],
        image.strides[0], image.strides[1], image.strides[2],
        gradient.strides[0], gradient.strides[1], gradient.strides[2],
        output.strides[0], output.strides[1], output.strides[2],
        border.top, border.left, border.bottom, border.right,
        window.strides.height, window.strides.width,
        window.dilations.height, window.dilations.width,
      ] as [Int]).map { .int($0) }
    let rows = output.shape[0] * output.shape[1]
    let grid = ItemGrid([image.shape[3], image.shape[2], rows], builder.traits)
    let isRows = choice.chosen == .rows
    builder.emit(
      KernelSpecialization(
        file: "pool2d_gradient.cl", entry: "pool2d_gradient_\(choice.chosen.rawValue)",
        defines: [
          .init("IS_MAX", pool.kind == .max ? 1 : 0), .init("KH", window.kernel.height),
          .init("KW", window.kernel.width), .init("COUNT_PAD", pool.countIncludePad ? 1 : 0),
        ]),
      variant: choice.chosen.name, rejected: choice.rejected,
      arguments: isRows ? arguments : arguments + grid.arguments,
      global: isRows ? [rows] : grid.global, local: isRows ? [1] : grid.local)
  }
}

/// The ways to compute a pool's gradient, in order of preference.
enum PoolGradientVariant: String, KernelVariant, CaseIterable {
  case rows, items

  var name: String { rawValue }

  func accepts(_ problem: Void, _ traits: DeviceTraits) -> Acceptance {
    switch self {
    case .items: .yes
    case .rows:
      traits.style == .registerTiles
        ? .yes : .no("one work-item per group leaves most of the device idle")
    }
  }
}
