import TensorCore

/// Makes one node into operators.
typealias Lowering = @Sendable (NodeContext) throws(InceptError) -> Void

/// Which of ONNX's operators can be expressed, and how: one table a family.
enum OperatorTable {
  /// The newest version of ONNX's operator set that the tables were checked against.
  static let newestVersion = 28

  private static let tables: [[String: Lowering]] = [
    convolutions, pools, products, normalisations, activations, arithmetic, logic, searches,
    reductions, statistics, sampling, movement, shapes,
  ]

  private static let all: [String: Lowering] = tables.reduce(into: [:]) { all, table in
    all.merge(table) { first, _ in first }
  }

  /// How an operator of a domain is expressed; nil where it can't be.
  static func lowering(_ domain: String, _ op: String) -> Lowering? {
    domain.isEmpty ? all[op] : nil
  }
}
