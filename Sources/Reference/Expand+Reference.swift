import Operators
import TensorCore

extension Expand: ReferenceEvaluable {
  /// NumPy's broadcast.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    [inputs[0].broadcast(to: try outputShapes(inputs)[0])]
  }
}

extension Tile: ReferenceEvaluable {
  /// Every axis walked as often as it is repeated.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let result = try outputShapes(inputs)[0]
    let shape = inputs[0].shape
    let strides = shape.denseStrides
    let axes = (0..<shape.rank).map { axis in
      (0..<result[axis]).map { $0 % shape[axis] * strides[axis] }
    }
    return [inputs[0].gathered(axes)]
  }
}
