import Operators
import TensorCore

extension Logical: ReferenceEvaluable {
  /// The function of both broadcast inputs.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    return [
      .elementwise(inputs, shape, .bool) { x in
        switch function {
        case .and: x[0] * x[1]
        case .or: max(x[0], x[1])
        case .xor: x[0] == x[1] ? 0 : 1
        }
      }
    ]
  }
}

extension Not: ReferenceEvaluable {
  /// One minus each element.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    _ = try outputShapes(inputs)
    return [inputs[0].map { 1 - $0 }]
  }
}
