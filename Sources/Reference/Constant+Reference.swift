import Operators
import TensorCore

extension Constant: ReferenceEvaluable {
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    [ReferenceTensor(tensor)]
  }
}
