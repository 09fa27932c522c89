import Operators
import TensorCore

extension Gather: ReferenceEvaluable {
  /// Slice by slice.
  ///
  /// - Throws: also about an index out of range.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let data = inputs[0]
    let axis = data.shape.normalizedAxis(axis) ?? 0
    let (outer, extent, inner) = data.extents(around: axis)
    var values: [Double] = []
    values.reserveCapacity(shape.elementCount)
    for block in 0..<outer {
      for index in inputs[1].values {
        let place = index < 0 ? index + Double(extent) : index
        guard place >= 0, place < Double(extent) else {
          throw invalid(
            "expected indices from \(-extent) to \(extent - 1)",
            found: "\(Int64(saturating: index))")
        }
        let start = (block * extent + Int(place)) * inner
        values += data.values[start..<start + inner]
      }
    }
    return [ReferenceTensor(shape: shape, values: values, elementType: data.elementType)]
  }
}
