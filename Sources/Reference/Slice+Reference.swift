import Operators
import TensorCore

extension Slice: ReferenceEvaluable {
  /// Every axis walked from its start with its step.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    _ = try outputShapes(inputs)
    let strides = inputs[0].shape.denseStrides
    let ranges = resolved(inputs[0].shape) ?? []
    return [
      inputs[0].gathered(
        zip(ranges, strides).map { range, stride in
          (0..<range.count).map { (range.start + $0 * range.step) * stride }
        })
    ]
  }
}
