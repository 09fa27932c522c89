import Operators
import TensorCore

extension BatchNormalization: ReferenceEvaluable {
  /// The definition, element by element.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    _ = try outputShapes(inputs)
    var result = inputs[0]
    let (scale, shift) = (inputs[1].values, inputs[2].values)
    let (mean, variance) = (inputs[3].values, inputs[4].values)
    for index in result.values.indices {
      let channel = index % scale.count
      let deviation = (variance[channel] + Double(epsilon)).squareRoot()
      result.values[index] =
        (result.values[index] - mean[channel]) / deviation * scale[channel] + shift[channel]
    }
    return [result]
  }
}
