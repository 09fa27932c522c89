import GraphIR
import Operators
import TensorCore

/// Arithmetic and activations.
enum ElementwiseOps {
  static let unary: [String: UnaryFunction] = [
    "Relu": .relu, "Relu6": .relu6, "Selu": .selu, "Sigmoid": .sigmoid, "Tanh": .tanh,
    "Softplus": .softplus, "Softsign": .softsign, "Exp": .exp, "Log": .log, "Sqrt": .sqrt,
    "Abs": .absolute, "Reciprocal": .reciprocal, "Inv": .reciprocal, "Erf": .erf, "Neg": .negate,
  ]

  static let binary: [String: BinaryFunction] = [
    "Add": .add, "AddV2": .add, "Sub": .sub, "Mul": .mul, "RealDiv": .div, "Div": .div,
    "Maximum": .max, "Minimum": .min,
  ]

  static func unary(
    _ scope: NodeScope, _ function: UnaryFunction
  ) throws(ImportFailure) -> [Value] {
    if function == .negate, let values = scope.allIntegers?.first {
      return [
        .integers(IntegerTensor(values.shape, values.values.map { 0 &- $0 }, isOpen: values.isOpen))
      ]
    }
    return [.tensor(try scope.emitElementwise(Unary(function), [try scope.tensor(0)]))]
  }

  static func binary(
    _ scope: NodeScope, _ function: BinaryFunction
  ) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    if scope.allIntegers != nil, let fold = IntegerOps.folds[function] {
      return try IntegerOps.binary(scope, fold)
    }
    return [.tensor(try scope.emitElementwise(Binary(function), try scope.tensors()))]
  }

  @Sendable static func elu(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try unary(scope, .elu(alpha: 1))
  }

  @Sendable static func leakyRelu(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try unary(scope, .leakyRelu(alpha: try scope.float("alpha", 0.2)))
  }

  /// 1 / √x
  @Sendable static func rsqrt(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let root = try scope.part(Unary(.sqrt), [try scope.tensor(0)], "sqrt")
    return [.tensor(try scope.emit(Unary(.reciprocal), [root]))]
  }

  @Sendable static func square(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let x = try scope.tensor(0)
    return [.tensor(try scope.emitElementwise(Binary(.mul), [x, x]))]
  }

  @Sendable static func squaredDifference(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    let difference = try scope.part(Binary(.sub), try scope.tensors(), "difference")
    return [.tensor(try scope.emit(Binary(.mul), [difference, difference]))]
  }

  @Sendable static func addN(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let values = try scope.tensors()
    guard var sum = values.first, let last = values.last else {
      throw scope.invalid("at least one input", "none")
    }
    guard values.count > 1 else { return try InputOps.identity(scope) }
    for value in values.dropFirst().dropLast() {
      sum = try scope.part(Binary(.add), [sum, value], "sum")
    }
    return [.tensor(try scope.emitElementwise(Binary(.add), [sum, last]))]
  }

  @Sendable static func clip(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(3...3)
    let x = try scope.tensor(0)
    guard let lower = number(scope, try scope.tensor(1)),
      let upper = number(scope, try scope.tensor(2))
    else { throw .refused("its limits are computed, or not single numbers") }
    return [.tensor(try scope.emitElementwise(Unary(.clip(lower: lower, upper: upper)), [x]))]
  }

  /// The one number of a constant.
  static func number(_ scope: NodeScope, _ value: ValueID) -> Float? {
    guard let tensor = scope.constant(value), tensor.elementCount == 1 else { return nil }
    return tensor.floats().first
  }
}
