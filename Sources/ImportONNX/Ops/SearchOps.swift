import GraphIR
import Operators
import TensorCore

extension OperatorTable {
  /// Where the largest and smallest elements are.
  static let searches: [String: Lowering] = [
    "ArgMax": { (context) throws(InceptError) in try argReduce(.max, context) },
    "ArgMin": { (context) throws(InceptError) in try argReduce(.min, context) },
    "TopK": topK,
  ]

  private static func argReduce(
    _ kind: ArgReduce.Kind, _ context: NodeContext
  ) throws(InceptError) {
    let axis = try context.axis("axis", 0, of: try context.value(0).shape)
    let op = ArgReduce(
      kind, axis: axis, keepsAxis: context.int("keepdims", 1) != 0,
      selectsLast: context.int("select_last_index") != 0)
    try context.set(plain: try context.add(op, [try context.plain(0)]))
  }

  private static func topK(_ context: NodeContext) throws(InceptError) {
    let axis = try context.axis("axis", -1, of: try context.value(0).shape)
    let count = context.version < 10 ? context.int("k") : try context.knownInts(1, "k")?.first
    guard let count else { throw context.invalid("expected k", "none") }
    let op = TopK(count, axis: axis, largest: context.int("largest", 1) != 0)
    let values = try context.add(op, [try context.plain(0)])
    try context.set(plain: values)
    try context.set(1, plain: ValueID(values.node, output: 1))
  }
}
