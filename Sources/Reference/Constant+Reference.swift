import Operators
import TensorCore

extension Constant: ReferenceEvaluable {
  /// The tensor itself, read as float32.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    [ReferenceTensor(tensor)]
  }
}
