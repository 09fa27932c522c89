import Operators
import TensorCore

extension Constant: ReferenceEvaluable {
  /// The tensor itself.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    [ReferenceTensor(tensor)]
  }
}
