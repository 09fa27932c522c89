import Operators
import TensorCore

extension Concat: ReferenceEvaluable {
  /// Block by block: for every index before the axis, what each input has there.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let axis = shape.normalizedAxis(axis) ?? 0
    let outer = shape.dimensions[..<axis].reduce(1, *)
    var values: [Double] = []
    values.reserveCapacity(shape.elementCount)
    for block in 0..<outer {
      for input in inputs {
        let size = input.values.count / outer
        values += input.values[block * size..<(block + 1) * size]
      }
    }
    return [ReferenceTensor(shape: shape, values: values, elementType: inputs[0].elementType)]
  }
}
