import GraphIR
import Operators
import TensorCore

extension OperatorTable {
  /// Functions of one value, element by element.
  static let activations: [String: Lowering] = [
    "Relu": unary { _ in .relu }, "Sigmoid": unary { _ in .sigmoid }, "Tanh": unary { _ in .tanh },
    "Softplus": unary { _ in .softplus }, "Softsign": unary { _ in .softsign },
    "Mish": unary { _ in .mish }, "HardSwish": unary { _ in .hardSwish },
    "Exp": unary { _ in .exp }, "Log": unary { _ in .log }, "Sqrt": unary { _ in .sqrt },
    "Neg": unary { _ in .negate }, "Abs": unary { _ in .absolute },
    "Reciprocal": unary { _ in .reciprocal }, "Erf": unary { _ in .erf },
    "LeakyRelu": unary { .leakyRelu(alpha: $0.float("alpha", 0.01)) },
    "Elu": unary { .elu(alpha: $0.float("alpha", 1)) },
    "HardSigmoid": unary {
      .hardSigmoid(alpha: $0.float("alpha", 0.2), beta: $0.float("beta", 0.5))
    },
    "Gelu": unary { .gelu(approximate: $0.text("approximate", "none") == "tanh") },
    "Selu": selu, "Celu": celu, "Swish": swish, "Clip": clip, "PRelu": prelu,
  ]

  static func unary(_ function: @escaping @Sendable (NodeContext) -> UnaryFunction) -> Lowering {
    { (context) throws(InceptError) in
      let x = try context.operand(0)
      try context.set(try context.add(Unary(function(context)), [x.id]), like: x)
    }
  }

  private static func selu(_ context: NodeContext) throws(InceptError) {
    let x = try context.operand(0)
    let alpha = context.float("alpha", 1.673_263_2)
    let gamma = context.float("gamma", 1.050_701)
    guard abs(alpha - 1.673_263_2) > 1e-4 || abs(gamma - 1.050_701) > 1e-4 else {
      return try context.set(try context.add(Unary(.selu), [x.id]), like: x)
    }
    let elu = try context.add(Unary(.elu(alpha: alpha)), [x.id])
    try context.set(
      try context.add(Binary(.mul), [elu, try context.scalar(gamma)]), like: x)
  }

  /// max(0, x) + min(0, α·(e^(x/α) − 1)), as α·elu(x/α).
  private static func celu(_ context: NodeContext) throws(InceptError) {
    let x = try context.operand(0)
    let alpha = context.float("alpha", 1)
    guard alpha != 1 else {
      return try context.set(try context.add(Unary(.elu(alpha: 1)), [x.id]), like: x)
    }
    let scaled = try context.add(Binary(.div), [x.id, try context.scalar(alpha)])
    let elu = try context.add(Unary(.elu(alpha: 1)), [scaled])
    try context.set(
      try context.add(Binary(.mul), [elu, try context.scalar(alpha)]), like: x)
  }

  private static func swish(_ context: NodeContext) throws(InceptError) {
    let x = try context.operand(0)
    let alpha = context.float("alpha", 1)
    guard alpha != 1 else {
      return try context.set(try context.add(Unary(.silu), [x.id]), like: x)
    }
    let scaled = try context.add(Binary(.mul), [x.id, try context.scalar(alpha)])
    let gate = try context.add(Unary(.sigmoid), [scaled])
    try context.set(try context.add(Binary(.mul), [x.id, gate]), like: x)
  }

  private static func clip(_ context: NodeContext) throws(InceptError) {
    let x = try context.operand(0)
    let largest = Float.greatestFiniteMagnitude
    let isFloat = try context.value(0).type.elementType == .float32
    if isFloat, context.version < 11 {
      let function = UnaryFunction.clip(
        lower: context.float("min", -largest), upper: context.float("max", largest))
      return try context.set(try context.add(Unary(function), [x.id]), like: x)
    }
    let isKnown = [1, 2].allSatisfy { context.optional($0) == nil || context.constant($0) != nil }
    if isFloat, isKnown {
      let lower = try context.knownFloats(1, "bounds")?.first ?? -largest
      let upper = try context.knownFloats(2, "bounds")?.first ?? largest
      if lower <= upper {
        let function = UnaryFunction.clip(lower: lower, upper: upper)
        return try context.set(try context.add(Unary(function), [x.id]), like: x)
      }
    }
    var id = x.id
    if context.optional(1) != nil {
      id = try context.add(Binary(.max), [id, try context.plain(1)])
    }
    if context.optional(2) != nil {
      id = try context.add(Binary(.min), [id, try context.plain(2)])
    }
    if id == x.id { return try context.set(same: try context.value(0)) }
    try context.set(id, like: x)
  }

  /// max(x, 0) + slope · min(x, 0).
  private static func prelu(_ context: NodeContext) throws(InceptError) {
    let (x, slope) = (try context.value(0), try context.value(1))
    var factor = slope
    if context.version < 7, slope.shape.rank == 1, slope.shape[0] > 1, x.shape.rank > 2 {
      let shape = [slope.shape[0]] + [Int](repeating: 1, count: x.shape.rank - 2)
      let id = try context.add(Reshape(shape), [try context.plain(1)])
      factor = Value(
        name: slope.name, type: context.importer.graph.type(of: id), plain: id, image: nil)
    }
    let operands = try Broadcast([x, factor], context)
    let positive = try context.add(Unary(.relu), [operands.ids[0]])
    let mirrored = try context.add(
      Unary(.relu), [try context.add(Unary(.negate), [operands.ids[0]])])
    let negative = try context.add(Binary(.mul), [mirrored, operands.ids[1]])
    try operands.set(try context.add(Binary(.sub), [positive, negative]), context)
  }
}
