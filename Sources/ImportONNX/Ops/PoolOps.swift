import GraphIR
import Operators
import TensorCore

extension OperatorTable {
  /// Pools over windows and whole images.
  static let pools: [String: Lowering] = [
    "MaxPool": { (context) throws(InceptError) in try pool(.max, context) },
    "AveragePool": { (context) throws(InceptError) in try pool(.average, context) },
    "GlobalMaxPool": { (context) throws(InceptError) in try globalPool(.max, context) },
    "GlobalAveragePool": { (context) throws(InceptError) in try globalPool(.average, context) },
    "LpPool": lpPool, "GlobalLpPool": globalLpPool,
  ]

  private static func pool(_ kind: PoolKind, _ context: NodeContext) throws(InceptError) {
    guard !context.wants(1) else { throw context.refuse("indices of the maxima") }
    let op = Pool2D(
      kind, window: try window(context),
      countIncludePad: context.int("count_include_pad") != 0)
    try set(op, context)
  }

  private static func globalPool(_ kind: PoolKind, _ context: NodeContext) throws(InceptError) {
    let rank = try context.value(0).shape.rank
    let image = try context.image(0)
    try context.set(
      image: try context.add(GlobalPool(kind, keepsAxes: true), [image]), rank: rank)
  }

  private static func lpPool(_ context: NodeContext) throws(InceptError) {
    try set(LpPool2D(p: context.int("p", 2), window: try window(context)), context)
  }

  private static func window(_ context: NodeContext) throws(InceptError) -> Window {
    let attributes = try WindowAttributes(
      context, dimensions: try context.value(0).shape.rank - 2)
    guard let kernel = attributes.kernel else {
      throw context.invalid("expected kernel_shape", "none")
    }
    return Window(
      kernel: kernel, strides: attributes.strides, dilations: attributes.dilations,
      padding: attributes.padding, ceilMode: context.int("ceil_mode") != 0)
  }

  /// The node's value is that of an operator on its image.
  private static func set(_ op: any Operator, _ context: NodeContext) throws(InceptError) {
    let rank = try context.value(0).shape.rank
    try context.set(image: try context.add(op, [try context.image(0)]), rank: rank)
  }

  private static func globalLpPool(_ context: NodeContext) throws(InceptError) {
    let norms: [Int: ReduceKind] = [1: .l1, 2: .l2]
    guard let kind = norms[context.int("p", 2)] else {
      throw context.refuse("p = \(context.int("p", 2))")
    }
    let rank = try context.value(0).shape.rank
    let image = try context.image(0)
    try context.set(image: try context.add(Reduce(kind, axes: [1, 2]), [image]), rank: rank)
  }
}
