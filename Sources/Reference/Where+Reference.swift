import Operators
import TensorCore

extension Where: ReferenceEvaluable {
  /// The second or the third input's element.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    return [.elementwise(inputs, shape, inputs[1].elementType) { $0[0] != 0 ? $0[1] : $0[2] }]
  }
}
