import Operators
import TensorCore

extension Dense: ReferenceEvaluable {
  /// One row of products per leading index, then bias and activation.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let (features, outputs) = (inputs[1].shape[0], inputs[1].shape[1])
    let rows = outputs == 0 ? 0 : shape.elementCount / outputs
    var values = MatMul.product(
      inputs[0].values[...], inputs[1].values[...], rows: rows, inner: features, columns: outputs)
    for index in values.indices {
      let bias = inputs.count == 3 ? inputs[2].values[index % outputs] : 0
      values[index] = activation.applied(values[index] + bias)
    }
    return [ReferenceTensor(shape: shape, values: values)]
  }
}
