import GraphIR
import Operators
import TensorCore

/// Operands of an elementwise operator in forms that broadcast as ONNX says: all of them images, or none.
struct Broadcast {
  /// The operands.
  let ids: [ValueID]
  private let isImage: Bool
  private let rank: Int

  /// Brings values into a common form. Images stay images where the result has as many axes.
  init(_ values: [Value], _ context: NodeContext) throws(InceptError) {
    let importer = context.importer
    let rank = values.map(\.shape.rank).max() ?? 0
    self.rank = rank
    isImage =
      (3...4).contains(rank) && values.contains { $0.shape.rank == rank && $0.image != nil }
    var ids: [ValueID] = []
    for value in values {
      if !isImage {
        ids.append(try importer.plain(value))
      } else if value.shape.rank == rank {
        ids.append(try importer.image(value))
      } else if value.shape.elementCount == 1, value.shape.rank <= 1 {
        ids.append(try importer.plain(value))
      } else {
        let ones = [Int](repeating: 1, count: rank - value.shape.rank)
        let id = try context.add(
          Reshape(ones + value.shape.dimensions), [try importer.plain(value)])
        ids.append(
          try importer.image(
            Value(name: value.name, type: importer.graph.type(of: id), plain: id, image: nil)))
      }
    }
    self.ids = ids
  }

  /// Says that a value of the broadcast shape is a result.
  func set(at output: Int = 0, _ id: ValueID, _ context: NodeContext) throws(InceptError) {
    if isImage {
      try context.set(output, image: id, rank: rank)
    } else {
      try context.set(output, plain: id)
    }
  }
}

extension OperatorTable {
  /// Arithmetic of two or more values, element by element.
  static let arithmetic: [String: Lowering] = [
    "Add": binary(.add), "Sub": binary(.sub), "Mul": binary(.mul), "Div": binary(.div),
    "Sum": chain(.add), "Max": chain(.max), "Min": chain(.min), "Mean": mean, "Pow": binary(.pow),
    "Mod": modulo,
  ]

  static func binary(_ function: BinaryFunction) -> Lowering {
    { (context) throws(InceptError) in
      let operands = try Broadcast(try alignedOperands(context), context)
      try operands.set(try context.add(Binary(function), operands.ids), context)
    }
  }

  /// The two operands; before version 7 the second's axes may start at any of the first's.
  private static func alignedOperands(_ context: NodeContext) throws(InceptError) -> [Value] {
    let (a, b) = (try context.value(0), try context.value(1))
    guard context.version < 7, context.int("broadcast") != 0, context.attribute("axis", .int) != nil
    else { return [a, b] }
    let axis = try context.axis("axis", 0, of: a.shape)
    let trailing = a.shape.rank - axis - b.shape.rank
    guard trailing > 0 else { return [a, b] }
    let id = try context.add(
      Reshape(b.shape.dimensions + [Int](repeating: 1, count: trailing)), [try context.plain(1)])
    let type = context.importer.graph.type(of: id)
    return [a, Value(name: b.name, type: type, plain: id, image: nil)]
  }

  private static func chained(
    _ function: BinaryFunction, _ operands: Broadcast, _ context: NodeContext
  ) throws(InceptError) -> ValueID {
    guard var result = operands.ids.first else {
      throw context.invalid("expected an input", "none")
    }
    for id in operands.ids.dropFirst() {
      result = try context.add(Binary(function), [result, id])
    }
    return result
  }

  private static func chain(_ function: BinaryFunction) -> Lowering {
    { (context) throws(InceptError) in
      if context.inputCount == 1 { return try context.set(same: try context.value(0)) }
      let operands = try Broadcast(try context.values(), context)
      try operands.set(try chained(function, operands, context), context)
    }
  }

  private static func mean(_ context: NodeContext) throws(InceptError) {
    if context.inputCount == 1 { return try context.set(same: try context.value(0)) }
    let operands = try Broadcast(try context.values(), context)
    let sum = try chained(.add, operands, context)
    let count = try context.scalar(Float(context.inputCount))
    try operands.set(try context.add(Binary(.div), [sum, count]), context)
  }

  private static func modulo(_ context: NodeContext) throws(InceptError) {
    try binary(context.int("fmod") != 0 ? .fmod : .mod)(context)
  }
}
