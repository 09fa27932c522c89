import Operators
import TensorCore

extension ReferenceTensor {
  /// `function` of the elements of tensors that broadcast to `shape`, as elements of `type`.
  static func elementwise(
    _ inputs: [ReferenceTensor], _ shape: Shape, _ type: ElementType,
    _ function: ([Double]) -> Double
  ) -> ReferenceTensor {
    let operands = inputs.map { $0.broadcast(to: shape).values }
    return ReferenceTensor(
      shape: shape,
      values: (0..<shape.elementCount).map { index in function(operands.map { $0[index] }) },
      elementType: type)
  }
}

extension Comparison: ReferenceEvaluable {
  /// The comparison of both broadcast inputs; with NaN nothing compares.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    return [
      .elementwise(inputs, shape, .bool) { x in
        let holds =
          switch function {
          case .equal: x[0] == x[1]
          case .less: x[0] < x[1]
          case .lessOrEqual: x[0] <= x[1]
          case .greater: x[0] > x[1]
          case .greaterOrEqual: x[0] >= x[1]
          }
        return holds ? 1 : 0
      }
    ]
  }
}
