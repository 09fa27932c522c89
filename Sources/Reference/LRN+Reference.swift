import Foundation
import Operators
import TensorCore

extension LRN: ReferenceEvaluable {
  /// The definition, element by element.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    _ = try outputShapes(inputs)
    let x = inputs[0].values
    var result = inputs[0]
    let channels = inputs[0].shape[inputs[0].shape.rank - 1]
    let before = (size - 1) / 2
    for index in x.indices {
      let channel = index % channels
      let first = Swift.max(0, channel - before)
      let last = Swift.min(channels - 1, channel + size - 1 - before)
      let squares = (first...last).reduce(0.0) { sum, other in
        let value = x[index - channel + other]
        return sum + value * value
      }
      let scale = Double(bias) + Double(alpha) / Double(size) * squares
      result.values[index] = x[index] / pow(scale, Double(beta))
    }
    return [result]
  }
}
