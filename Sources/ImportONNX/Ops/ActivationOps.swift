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
    "Celu": unary { .celu(alpha: $0.float("alpha", 1)) },
    "Swish": unary { .swish(alpha: $0.float("alpha", 1)) },
    "ThresholdedRelu": unary { .thresholdedRelu(alpha: $0.float("alpha", 1)) },
    "Shrink": unary { .shrink(lambda: $0.float("lambd", 0.5), bias: $0.float("bias", 0)) },
    "Floor": unary { _ in .floor }, "Ceil": unary { _ in .ceil }, "Round": unary { _ in .round },
    "Sign": unary { _ in .sign }, "Sin": unary { _ in .sin }, "Cos": unary { _ in .cos },
    "Tan": unary { _ in .tan }, "Asin": unary { _ in .asin }, "Acos": unary { _ in .acos },
    "Atan": unary { _ in .atan }, "Sinh": unary { _ in .sinh }, "Cosh": unary { _ in .cosh },
    "Asinh": unary { _ in .asinh }, "Acosh": unary { _ in .acosh },
    "Atanh": unary { _ in .atanh }, "Selu": selu, "Clip": clip, "PRelu": prelu, "IsNaN": isNaN,
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

  /// Only NaN differs from itself.
  private static func isNaN(_ context: NodeContext) throws(InceptError) {
    let x = try context.operand(0)
    let equal = try context.add(Comparison(.equal), [x.id, x.id])
    try context.set(try context.add(Not(), [equal]), like: x)
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

  /// Before version 7 a slope [C] was for the channels.
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
    try operands.set(try context.add(Binary(.prelu), operands.ids), context)
  }
}
