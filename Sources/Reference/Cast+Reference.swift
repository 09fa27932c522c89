import Operators
import TensorCore

extension Cast: ReferenceEvaluable {
  /// Each element converted by the rule of the pair of types.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let source = inputs[0].elementType
    return [
      ReferenceTensor(
        shape: shape, values: inputs[0].values.map { converted($0, from: source) },
        elementType: type)
    ]
  }

  private func converted(_ value: Double, from source: ElementType) -> Double {
    switch type {
    case .bool: value == 0 ? 0 : 1
    case .int32:
      source.isInteger
        ? Double(Int32(truncatingIfNeeded: Int64(saturating: value)))
        : Double(Int32(saturating: value))
    case .int64: Double(Int64(saturating: value))
    // What float32 can't hold must not come back when it becomes an integer again.
    default: source.isInteger ? Double(Float(value)) : value
    }
  }
}
