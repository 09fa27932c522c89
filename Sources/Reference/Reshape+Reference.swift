import Operators
import TensorCore

extension Reshape: ReferenceEvaluable {
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    [ReferenceTensor(shape: try outputShapes(inputs)[0], values: inputs[0].values)]
  }
}

extension Flatten: ReferenceEvaluable {
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    [ReferenceTensor(shape: try outputShapes(inputs)[0], values: inputs[0].values)]
  }
}
