import GraphIR
import Operators
import TensorCore

extension OperatorTable {
  /// One number of many.
  static let reductions: [String: Lowering] = [
    "ReduceSum": reduce(.sum, axesAreInputSince: 13), "ReduceMean": reduce(.mean),
    "ReduceMax": reduce(.max), "ReduceMin": reduce(.min), "ReduceProd": reduce(.prod),
    "ReduceL1": reduce(.l1), "ReduceL2": reduce(.l2), "ReduceLogSum": reduce(.logSum),
    "ReduceLogSumExp": reduce(.logSumExp), "ReduceSumSquare": reduce(.sumSquare),
  ]

  private static func reduce(
    _ kind: ReduceKind, axesAreInputSince version: Int = 18
  ) -> Lowering {
    { (context) throws(InceptError) in
      let value = try context.value(0)
      let given = try axes(context, inputSince: version) ?? []
      if given.isEmpty, context.int("noop_with_empty_axes") != 0 {
        return try withoutAxes(kind, context)
      }
      var reduced: Set<Int> = []
      for axis in given { reduced.insert(try context.normalized(axis, value.shape)) }
      if given.isEmpty { reduced = Set(0..<value.shape.rank) }
      if reduced.isEmpty { return try withoutAxes(kind, context) }
      let keeps = context.int("keepdims", 1) != 0
      let kept = (0..<value.shape.rank).filter { !reduced.contains($0) }
      var x = try context.operand(0)
      let places = kept.map { x.axis($0) }
      // Axes that go leave the others in the image's order, which may not be ONNX's.
      if x.isImage, !keeps, places != places.sorted() || value.shape.rank == 3 {
        x = try context.importer.operand(value, asImage: false)
      }
      let op = Reduce(kind, axes: reduced.map { x.axis($0) }.sorted(), keepsAxes: keeps)
      let id = try context.add(op, [x.id])
      if keeps { try context.set(id, like: x) } else { try context.set(plain: id) }
    }
  }

  /// Each element reduced by itself.
  private static func withoutAxes(_ kind: ReduceKind, _ context: NodeContext) throws(InceptError) {
    let value = try context.value(0)
    let x = try context.operand(0)
    switch kind {
    case .sum, .mean, .max, .min, .prod: try context.set(same: value)
    case .l1, .l2: try context.set(try context.add(Unary(.absolute), [x.id]), like: x)
    case .sumSquare: try context.set(try context.add(Binary(.mul), [x.id, x.id]), like: x)
    case .logSum: try context.set(try context.add(Unary(.log), [x.id]), like: x)
    case .logSumExp: try context.set(same: value)
    }
  }
}
