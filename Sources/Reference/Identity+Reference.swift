import Operators
import TensorCore

extension Identity: ReferenceEvaluable {
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    _ = try outputShapes(inputs)
    return inputs
  }
}

extension Dropout: ReferenceEvaluable {
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    _ = try outputShapes(inputs)
    return inputs
  }
}
