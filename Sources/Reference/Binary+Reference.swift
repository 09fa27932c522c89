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
    case .pow: Foundation.pow(a, b)
    case .prelu: a < 0 ? a * b : a
    }
  }
}

extension Binary: ReferenceEvaluable {
  /// The function of both broadcast inputs, then the activation.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let (a, b) = (inputs[0].broadcast(to: shape), inputs[1].broadcast(to: shape))
    return [
      ReferenceTensor(
        shape: shape,
        values: zip(a.values, b.values).map { activation.applied(function.apply($0, $1)) })
    ]
  }
}
