import Foundation
import Operators
import TensorCore

extension BinaryFunction {
  /// The function's value.
  package func apply(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .add: a + b
    case .sub: a - b
    case .mul: a * b
    case .div: a / b
    case .max: Swift.max(a, b)
    case .min: Swift.min(a, b)
    case .fmod: Foundation.fmod(a, b)
    case .mod: Self.floorRemainder(a, b)
    case .pow: Foundation.pow(a, b)
    case .prelu: a < 0 ? a * b : a
    }
  }

  /// As NumPy has it: exact, with the second operand's sign even where it is zero.
  private static func floorRemainder(_ a: Double, _ b: Double) -> Double {
    let rest = Foundation.fmod(a, b)
    if rest == 0 { return Double(signOf: b, magnitudeOf: rest) }
    return (rest < 0) != (b < 0) ? rest + b : rest
  }

  /// The function of integers, before they wrap around to 32 bits.
  func apply(_ a: Int64, _ b: Int64) -> Int64 {
    switch self {
    case .add: return a &+ b
    case .sub: return a &- b
    case .mul: return a &* b
    case .div: return b == 0 ? 0 : b == -1 ? 0 &- a : a / b
    case .max: return Swift.max(a, b)
    case .min: return Swift.min(a, b)
    case .fmod: return b == 0 || b == -1 ? 0 : a % b
    case .mod:
      let rest = BinaryFunction.fmod.apply(a, b)
      return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
    case .prelu: return a < 0 ? a &* b : a
    case .pow:
      if b < 0 { return a == 1 ? 1 : a == -1 ? (b % 2 == 0 ? 1 : -1) : 0 }
      var (result, factor, exponent) = (Int64(1), a, b)
      while exponent > 0 {
        if exponent & 1 == 1 { result = result &* factor }
        factor = factor &* factor
        exponent >>= 1
      }
      return result
    }
  }
}

extension ElementType {
  /// A result of integer arithmetic as the type holds it: its low bits. Other types' stay.
  func wrapped(_ value: Double) -> Double {
    guard self == .int32 else { return value }
    return wrapped(Int64(saturating: value))
  }

  /// The same of an exact integer.
  func wrapped(_ value: Int64) -> Double {
    self == .int32 ? Double(Int32(truncatingIfNeeded: value)) : Double(value)
  }
}

extension Binary: ReferenceEvaluable {
  /// The function of both broadcast inputs, then the activation.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let (a, b) = (inputs[0].broadcast(to: shape), inputs[1].broadcast(to: shape))
    let (type, other) = (inputs[0].elementType, inputs[1].elementType)
    let values = zip(a.values, b.values).map { a, b -> Double in
      guard type.isInteger else { return activation.applied(function.apply(a, b)) }
      if other == .float32, b != b.rounded() || abs(b) > 0x1p53 {
        return type.wrapped(Int64(saturating: function.apply(a, b)))
      }
      return type.wrapped(function.apply(Int64(saturating: a), Int64(saturating: b)))
    }
    return [ReferenceTensor(shape: shape, values: values, elementType: type)]
  }
}
