import Foundation
import Operators
import TensorCore

extension SoftmaxCrossEntropy: ReferenceEvaluable {
  /// The definition, with the row's maximum subtracted first.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let classes = inputs[0].shape[1]
    let values = (0..<shape[0]).map { item in
      let row = inputs[0].values[(item * classes)..<((item + 1) * classes)]
      let label = inputs[1].values[item]
      guard label >= 0, label < Double(classes) else { return Double.nan }
      let largest = row.max() ?? 0
      let sum = row.reduce(0) { $0 + exp($1 - largest) }
      return log(sum) + largest - row[row.startIndex + Int(label)]
    }
    return [ReferenceTensor(shape: shape, values: values)]
  }
}

extension SoftmaxCrossEntropyGradient: ReferenceEvaluable {
  /// The softmax of each row less 1 at the label, times the item's upstream gradient.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let classes = shape[1]
    var values: [Double] = []
    values.reserveCapacity(shape.elementCount)
    for item in 0..<shape[0] {
      let row = inputs[0].values[(item * classes)..<((item + 1) * classes)]
      let label = inputs[1].values[item]
      let isClass = label >= 0 && label < Double(classes)
      let largest = row.max() ?? 0
      let exponentials = row.map { exp($0 - largest) }
      let sum = exponentials.reduce(0, +)
      for (index, value) in exponentials.enumerated() {
        let difference = value / sum - (Double(index) == label ? 1 : 0)
        values.append(isClass ? difference * inputs[2].values[item] : .nan)
      }
    }
    return [ReferenceTensor(shape: shape, values: values)]
  }
}
