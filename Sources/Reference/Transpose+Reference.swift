import Operators
import TensorCore

extension Transpose: ReferenceEvaluable {
  /// Every axis walked with the stride of the axis it comes from.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    _ = try outputShapes(inputs)
    let shape = inputs[0].shape
    let strides = shape.denseStrides
    return [
      inputs[0].gathered(
        permutation.map { axis in (0..<shape[axis]).map { $0 * strides[axis] } })
    ]
  }
}
