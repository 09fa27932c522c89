import Operators
import TensorCore

extension ConvTranspose2D: ReferenceEvaluable {
  /// Every input element added to all results that it reaches.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let (image, weights) = (inputs[0].shape, inputs[1].shape)
    let bias = inputs.count == 3 ? inputs[2].values : nil
    var values = (0..<shape.elementCount).map { bias?[$0 % shape[3]] ?? 0 }
    let (inner, outer) = (image[3] / groups, weights[3])
    for (index, value) in inputs[0].values.enumerated() {
      let channel = index % image[3]
      let column = index / image[3] % image[2]
      let row = index / image[3] / image[2] % image[1]
      let batch = index / image[3] / image[2] / image[1]
      for ky in 0..<weights[0] {
        let y = row * strides.height + ky * dilations.height - border.top
        guard (0..<shape[1]).contains(y) else { continue }
        for kx in 0..<weights[1] {
          let x = column * strides.width + kx * dilations.width - border.left
          guard (0..<shape[2]).contains(x) else { continue }
          let target = ((batch * shape[1] + y) * shape[2] + x) * shape[3] + channel / inner * outer
          let tap = ((ky * weights[1] + kx) * image[3] + channel) * outer
          for o in 0..<outer { values[target + o] += value * inputs[1].values[tap + o] }
        }
      }
    }
    return [ReferenceTensor(shape: shape, values: values.map { activation.applied($0) })]
  }
}
