import GraphIR
import Operators
import TensorCore

extension OperatorTable {
  /// Comparisons, logic, choices and changes of type.
  static let logic: [String: Lowering] = [
    "Equal": elementwise(Comparison(.equal)), "Less": elementwise(Comparison(.less)),
    "Greater": elementwise(Comparison(.greater)),
    "LessOrEqual": elementwise(Comparison(.lessOrEqual)),
    "GreaterOrEqual": elementwise(Comparison(.greaterOrEqual)),
    "And": elementwise(Logical(.and)), "Or": elementwise(Logical(.or)),
    "Xor": elementwise(Logical(.xor)), "Not": elementwise(Not()), "Where": elementwise(Where()),
    "Cast": cast, "CastLike": castLike,
  ]

  /// An operator whose operands broadcast.
  static func elementwise(_ op: some Operator) -> Lowering {
    { (context) throws(InceptError) in
      let operands = try Broadcast(try context.values(), context)
      try operands.set(try context.add(op, operands.ids), context)
    }
  }

  private static func cast(_ context: NodeContext) throws(InceptError) {
    guard let type = ONNXElementType.elementType(Int32(clamping: context.int("to"))) else {
      throw context.refuse("to \(ONNXElementType.name(Int32(clamping: context.int("to"))))")
    }
    try cast(context, to: type)
  }

  private static func castLike(_ context: NodeContext) throws(InceptError) {
    try cast(context, to: try context.value(1).type.elementType)
  }

  private static func cast(_ context: NodeContext, to type: ElementType) throws(InceptError) {
    guard ElementType.computed.contains(type) else { throw context.refuse("to \(type.rawValue)") }
    let value = try context.value(0)
    guard value.type.elementType != type else { return try context.set(same: value) }
    guard ElementType.computed.contains(value.type.elementType) else {
      throw context.refuse("from \(value.type.elementType.rawValue)")
    }
    let x = try context.operand(0)
    try context.set(try context.add(Cast(to: type), [x.id]), like: x)
  }
}
