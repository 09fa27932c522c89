import GraphIR
import Operators
import TensorCore

extension TopK: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let input = try builder.view(node.inputs[0])
    let values = try builder.view(node.value)
    let places = try builder.view(ValueID(node.id, output: 1))
    guard let axis = input.shape.normalizedAxis(axis) else { return }
    let rows = StridedLoop(
      input.shape.without(axis), [values, places, input].map { $0.strides.without(axis) })
    let length = input.shape[axis]
    guard let choice = VariantChoice(TopKVariant.allCases, length, builder.traits) else { return }
    let kernel = KernelSpecialization(
      file: "top_k.cl", entry: "top_k_\(choice.chosen.rawValue)",
      defines: [
        .init("T", input.elementType.openCLName), .init("LARGEST", largest ? 1 : 0),
        .init("FLOATS", input.elementType == .float32 ? 1 : 0),
      ])
    let grid = ItemGrid(
      choice.chosen == .rows ? [rows.count] : [length, rows.count], builder.traits)
    builder.emit(
      kernel, variant: choice.chosen.name, rejected: choice.rejected,
      arguments: Launch.Argument.views(input, values, places) + [
        rows.table, .int(rows.axes.count), .int(length), .int(k), .int(input.strides[axis]),
        .int(values.strides[axis]), .int(places.strides[axis]),
      ] + grid.arguments, global: grid.global, local: grid.local)
  }
}

/// The ways to find the best elements of rows of a given length, in order of preference.
enum TopKVariant: String, KernelVariant, CaseIterable {
  /// A row per work-item, read once for each result.
  case rows
  /// An element per work-item, which counts the better ones of its row.
  case items

  var name: String { rawValue }

  func accepts(_ length: Int, _ traits: DeviceTraits) -> Acceptance {
    switch self {
    case .rows:
      traits.style == .registerTiles || length > Self.longestCounted
        ? .yes : .no("a row per work-item leaves most of the device idle")
    case .items: .yes
    }
  }

  /// Rows up to this length are read by as many work-items as they have elements.
  private static let longestCounted = 1 << 14
}
