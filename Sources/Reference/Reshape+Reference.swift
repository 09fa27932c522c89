import Operators
import TensorCore

extension Reshape: ReferenceEvaluable {
  /// The same values under the new shape.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    [
      ReferenceTensor(
        shape: try outputShapes(inputs)[0], values: inputs[0].values,
        elementType: inputs[0].elementType)
    ]
  }
}

extension Flatten: ReferenceEvaluable {
  /// The same values with two axes.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    [
      ReferenceTensor(
        shape: try outputShapes(inputs)[0], values: inputs[0].values,
        elementType: inputs[0].elementType)
    ]
  }
}
