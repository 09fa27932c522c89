import Operators
import TensorCore

extension MeanVarianceNormalization: ReferenceEvaluable {
  /// The definition, the variance from the differences to the mean.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shapes = try outputShapes(inputs)
    let groups = inputs[0].groups(along: inputs[0].shape.normalizedAxes(axes) ?? [])
    let means = groups.elements.map { $0.reduce(0, +) / Double($0.count) }
    let factors = zip(groups.elements, means).map { elements, mean in
      let squares = elements.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return 1 / (squares / Double(elements.count) + Double(epsilon)).squareRoot()
    }
    var result = inputs[0]
    let operands = inputs.dropFirst().map { $0.broadcast(to: result.shape).values }
    for (index, group) in groups.ofElement.enumerated() {
      var value = (result.values[index] - means[group]) * factors[group]
      if let scale = operands.first { value *= scale[index] }
      if operands.count > 1 { value += operands[1][index] }
      result.values[index] = value
    }
    guard givesStatistics else { return [result] }
    return [
      result, ReferenceTensor(shape: shapes[1], values: means),
      ReferenceTensor(shape: shapes[2], values: factors),
    ]
  }
}
