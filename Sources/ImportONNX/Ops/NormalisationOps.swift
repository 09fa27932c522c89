import GraphIR
import Operators
import TensorCore

extension OperatorTable {
  /// Normalisations and softmax.
  static let normalisations: [String: Lowering] = [
    "BatchNormalization": batchNormalization, "LRN": localResponse,
    "Softmax": { (context) throws(InceptError) in try along(context) { Softmax(axis: $0) } },
    "LogSoftmax": { (context) throws(InceptError) in
      try along(context) { Softmax(axis: $0, isLogarithm: true) }
    },
    "Hardmax": { (context) throws(InceptError) in try along(context) { Hardmax(axis: $0) } },
  ]

  private static func batchNormalization(_ context: NodeContext) throws(InceptError) {
    let x = try context.value(0)
    guard context.int("training_mode") == 0, !context.wants(1) || context.version < 14 else {
      throw context.refuse("training")
    }
    guard context.version >= 9 || context.int("spatial", 1) != 0 else {
      throw context.refuse("statistics for each pixel (spatial=0)")
    }
    let op = BatchNormalization(epsilon: context.float("epsilon", 1e-5))
    var parameters: [ValueID] = []
    for index in 1...4 { parameters.append(try context.plain(index)) }
    switch x.shape.rank {
    case 0, 1: throw context.refuse("an input of \(x.shape.rank) axes")
    case 2:
      // [N, C]: channels are last already.
      try context.set(plain: try context.add(op, [try context.plain(0)] + parameters))
    case 3, 4:
      let image = try context.image(0)
      try context.set(
        image: try context.add(op, [image] + parameters), rank: x.shape.rank)
    default:
      let rest = x.shape.dimensions.dropFirst(2).reduce(1, *)
      var id = try context.plain(0)
      id = try context.add(Reshape([x.shape[0], x.shape[1], rest]), [id])
      id = try context.add(Transpose([0, 2, 1]), [id])
      id = try context.add(op, [id] + parameters)
      id = try context.add(Transpose([0, 2, 1]), [id])
      try context.set(plain: try context.add(Reshape(x.shape.dimensions), [id]))
    }
  }

  private static func localResponse(_ context: NodeContext) throws(InceptError) {
    let rank = try context.value(0).shape.rank
    let op = LRN(
      size: context.int("size"), alpha: context.float("alpha", 1e-4),
      beta: context.float("beta", 0.75), bias: context.float("bias", 1))
    if rank == 2 {
      return try context.set(plain: try context.add(op, [try context.plain(0)]))
    }
    try context.set(image: try context.add(op, [try context.image(0)]), rank: rank)
  }

  private static func along(
    _ context: NodeContext, _ operation: (Int) -> any Operator
  ) throws(InceptError) {
    let shape = try context.value(0).shape
    guard context.version < 13 else {
      let axis = try context.axis("axis", -1, of: shape)
      let x = try context.operand(0)
      return try context.set(
        try context.add(operation(x.axis(axis)), [x.id]), like: x)
    }
    // Before version 13 all axes from this one on are one.
    let axis = try context.axis("axis", 1, of: shape)
    var id = try context.plain(0)
    let op = operation(-1)
    let isLast = axis == shape.rank - 1
    if !isLast {
      let outer = shape.dimensions[..<axis].reduce(1, *)
      id = try context.add(
        Reshape([outer, shape.dimensions[axis...].reduce(1, *)]), [id])
    }
    id = try context.add(op, [id])
    try context.set(plain: isLast ? id : try context.add(Reshape(shape.dimensions), [id]))
  }
}
