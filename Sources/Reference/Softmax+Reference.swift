import Foundation
import Operators
import TensorCore

extension Softmax: ReferenceEvaluable {
  /// The definition, with the row's maximum subtracted first.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    _ = try outputShapes(inputs)
    var result = inputs[0]
    let axis = result.shape.normalizedAxis(axis) ?? 0
    let (outer, extent, inner) = result.extents(around: axis)
    for row in 0..<outer {
      for column in 0..<inner {
        let places = (0..<extent).map { (row * extent + $0) * inner + column }
        let largest = places.map { result.values[$0] }.max() ?? 0
        let sum = places.reduce(0) { $0 + exp(result.values[$1] - largest) }
        for place in places {
          let logarithm = result.values[place] - largest - log(sum)
          result.values[place] = isLogarithm ? logarithm : exp(logarithm)
        }
      }
    }
    return [result]
  }
}
