import Operators
import TensorCore

extension Resize: ReferenceEvaluable {
  /// One axis after the other: sums of weighted elements.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    _ = try outputShapes(inputs)
    var result = inputs[0]
    for sampling in samplings(of: result.shape) where !isIdentity(sampling) {
      result = sampled(result, sampling.axis, taps(sampling))
    }
    return [result]
  }

  private func sampled(_ tensor: ReferenceTensor, _ axis: Int, _ taps: ResizeTaps)
    -> ReferenceTensor
  {
    let (outer, extent, inner) = tensor.extents(around: axis)
    let results = taps.indices.count / taps.count
    var values: [Double] = []
    for row in 0..<outer {
      for result in 0..<results {
        let range = result * taps.count..<(result + 1) * taps.count
        for column in 0..<inner {
          let sum = range.reduce(0.0) { sum, tap in
            let index = taps.indices[tap]
            let value =
              index < 0
              ? Double(extrapolation) : tensor.values[(row * extent + index) * inner + column]
            return sum + taps.weights[tap] * value
          }
          values.append(sum)
        }
      }
    }
    var extents = tensor.shape.dimensions
    extents[axis] = results
    return ReferenceTensor(
      shape: Shape(extents), values: values, elementType: tensor.elementType)
  }
}
