import Operators
import TensorCore

extension BiasAdd: ReferenceEvaluable {
  /// Every element plus its channel's bias.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    _ = try outputShapes(inputs)
    var result = inputs[0]
    let bias = inputs[1].values
    for index in result.values.indices { result.values[index] += bias[index % bias.count] }
    return [result]
  }
}
