import GraphIR
import Operators
import TensorCore

extension Conv2D: ReferenceEvaluable {
  /// All channels as one convolution, then bias and activations, then the cuts between splits.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shapes = try outputShapes(inputs)
    let channels = inputs[1].shape[3]
    let merged = Shape(shapes[0].dimensions.dropLast() + [channels])
    var values = sums(inputs[0], inputs[1], shape: merged)
    let activations =
      splits.isEmpty
      ? [UnaryFunction?](repeating: activation, count: channels)
      : splits.flatMap { [UnaryFunction?](repeating: $0.activation, count: $0.channels) }
    for index in values.indices {
      let channel = index % channels
      let bias = inputs.count == 3 ? inputs[2].values[channel] : 0
      values[index] = activations[channel].applied(values[index] + bias)
    }
    let result = ReferenceTensor(shape: merged, values: values)
    return splits.isEmpty ? [result] : cut(result)
  }

  /// One tensor per split.
  private func cut(_ merged: ReferenceTensor) -> [ReferenceTensor] {
    let strides = merged.shape.denseStrides
    var axes = (0..<4).map { axis in (0..<merged.shape[axis]).map { $0 * strides[axis] } }
    var first = 0
    return splits.map { split in
      axes[3] = Array(first..<first + split.channels)
      first += split.channels
      return merged.gathered(axes)
    }
  }

  /// The sums of products, `[N, OH, OW, O]`, without bias.
  private func sums(_ image: ReferenceTensor, _ weights: ReferenceTensor, shape: Shape) -> [Double]
  {
    let (height, width) = (image.shape[1], image.shape[2])
    let border = window(weights: weights.shape).border(for: Spatial(height, width))
    var sums = [Double](repeating: 0, count: shape.elementCount)
    for batch in 0..<shape[0] {
      for row in 0..<shape[1] {
        for column in 0..<shape[2] {
          let window = ((batch * shape[1] + row) * shape[2] + column) * shape[3]
          for ky in 0..<weights.shape[0] {
            let y = row * strides.height - border.top + ky * dilations.height
            guard (0..<height).contains(y) else { continue }
            for kx in 0..<weights.shape[1] {
              let x = column * strides.width - border.left + kx * dilations.width
              guard (0..<width).contains(x) else { continue }
              accumulate(
                image, pixel: (batch * height + y) * width + x, weights,
                tap: ky * weights.shape[1] + kx, into: &sums, at: window)
            }
          }
        }
      }
    }
    return sums
  }

  /// Adds one pixel times one tap's weights to one window's sums.
  private func accumulate(
    _ image: ReferenceTensor, pixel: Int, _ weights: ReferenceTensor, tap: Int,
    into sums: inout [Double], at window: Int
  ) {
    let (inner, outer) = (weights.shape[2], weights.shape[3])
    let outerPerGroup = outer / groups
    sums.withUnsafeMutableBufferPointer { sums in
      image.values.withUnsafeBufferPointer { image in
        weights.values.withUnsafeBufferPointer { weights in
          for group in 0..<groups {
            let target = window + group * outerPerGroup
            for channel in 0..<inner {
              let value = image[(pixel * groups + group) * inner + channel]
              let row = (tap * inner + channel) * outer + group * outerPerGroup
              for o in 0..<outerPerGroup { sums[target + o] += value * weights[row + o] }
            }
          }
        }
      }
    }
  }
}
