import Operators
import TensorCore

extension Hardmax: ReferenceEvaluable {
  /// Row by row.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    _ = try outputShapes(inputs)
    var result = inputs[0]
    let (outer, extent, inner) = result.extents(around: result.shape.normalizedAxis(axis) ?? 0)
    for row in 0..<outer {
      for column in 0..<inner {
        let places = (0..<extent).map { (row * extent + $0) * inner + column }
        let largest = places.map { result.values[$0] }.max()
        let first = places.first { result.values[$0] == largest }
        for place in places { result.values[place] = place == first ? 1 : 0 }
      }
    }
    return [result]
  }
}
