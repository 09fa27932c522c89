import GraphIR
import Operators
import TensorCore

extension OperatorTable {
  /// Matrix products.
  static let products: [String: Lowering] = ["Gemm": gemm, "MatMul": matMul]

  private static func gemm(_ context: NodeContext) throws(InceptError) {
    let (a, b) = (try context.value(0), try context.value(1))
    guard a.shape.rank == 2, b.shape.rank == 2 else {
      throw context.invalid("expected two matrices", "\(a.shape) and \(b.shape)")
    }
    var left = try context.plain(0)
    if context.int("transA") != 0 { left = try context.add(Transpose([1, 0]), [left]) }
    let right = try matrix(context, 1, isTransposed: context.int("transB") != 0)
    let columns = context.int("transB") != 0 ? b.shape[0] : b.shape[1]
    let (alpha, beta) = (context.float("alpha", 1), context.float("beta", 1))
    let bias = beta == 0 ? nil : context.optional(2)
    if let bias, alpha == 1, beta == 1, bias.shape.elementCount == columns,
      bias.shape.dimensions.last == columns
    {
      var vector = try importerPlain(bias, context)
      if bias.shape.rank != 1 { vector = try context.add(Reshape([columns]), [vector]) }
      return try context.set(plain: try context.add(Dense(), [left, right, vector]))
    }
    var result = try context.add(Dense(), [left, right])
    if alpha != 1 {
      result = try context.add(Binary(.mul), [result, try context.scalar(alpha)])
    }
    if let bias {
      var addend = try importerPlain(bias, context)
      if beta != 1 {
        addend = try context.add(Binary(.mul), [addend, try context.scalar(beta)])
      }
      result = try context.add(Binary(.add), [result, addend])
    }
    try context.set(plain: result)
  }

  private static func importerPlain(
    _ value: Value, _ context: NodeContext
  ) throws(InceptError) -> ValueID { try context.importer.plain(value) }

  /// A matrix, transposed where that is asked for; constants are reordered when they are read.
  private static func matrix(
    _ context: NodeContext, _ index: Int, isTransposed: Bool
  ) throws(InceptError) -> ValueID {
    let id = try context.plain(index)
    guard isTransposed else { return id }
    if let tensor = context.constant(index) {
      let shape = tensor.shape
      return try context.add(
        constant: tensor.transposedMatrix(
          outer: shape[1], inner: 1, shape: [shape[1], shape[0]]))
    }
    return try context.add(Transpose([1, 0]), [id])
  }

  private static func matMul(_ context: NodeContext) throws(InceptError) {
    let (a, b) = (try context.value(0).shape, try context.value(1).shape)
    var (left, right) = (try context.plain(0), try context.plain(1))
    guard a.rank > 0, b.rank > 0 else {
      throw context.invalid("expected matrices or vectors", "\(a) and \(b)")
    }
    if a.rank == 1 { left = try context.add(Reshape([1, a[0]]), [left]) }
    if b.rank == 1 { right = try context.add(Reshape([b[0], 1]), [right]) }
    var result = try context.add(b.rank <= 2 ? Dense() : MatMul(), [left, right])
    var shape = context.importer.graph.type(of: result).shape.dimensions
    if a.rank == 1 { shape.remove(at: shape.count - 2) }
    if b.rank == 1 { shape.removeLast() }
    if a.rank == 1 || b.rank == 1 { result = try context.add(Reshape(shape), [result]) }
    try context.set(plain: result)
  }
}
