import GraphIR
import Operators
import TensorCore

extension Conv2DWeightGradient: ReferenceEvaluable {
  /// Pixel by pixel, tap by tap.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let (image, gradient) = (inputs[0], inputs[1])
    let (inner, outer) = (shape[2], shape[3])
    let outerPerGroup = outer / groups
    var sums = [Double](repeating: 0, count: shape.elementCount)
    window.forEachTap(of: image.shape, positions: gradient.shape) { window, tap, pixel in
      for o in 0..<outer {
        let value = gradient.values[window * outer + o]
        let first = (pixel * groups + o / outerPerGroup) * inner
        for i in 0..<inner {
          sums[(tap * inner + i) * outer + o] += image.values[first + i] * value
        }
      }
    }
    return [ReferenceTensor(shape: shape, values: sums)]
  }
}

extension Conv2DImageGradient: ReferenceEvaluable {
  /// Pixel by pixel, tap by tap.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let (gradient, weights) = (inputs[0], inputs[1])
    let (inner, outer) = (weights.shape[2], weights.shape[3])
    let outerPerGroup = outer / groups
    var sums = [Double](repeating: 0, count: shape.elementCount)
    window(weights: weights.shape).forEachTap(of: shape, positions: gradient.shape) {
      window, tap, pixel in
      for o in 0..<outer {
        let value = gradient.values[window * outer + o]
        let first = (pixel * groups + o / outerPerGroup) * inner
        for i in 0..<inner {
          sums[first + i] += weights.values[(tap * inner + i) * outer + o] * value
        }
      }
    }
    return [ReferenceTensor(shape: shape, values: sums)]
  }
}

extension Window {
  /// Calls `body` with the numbers of a window, of a tap and of the pixel that the tap meets, for all that lie inside the
  /// image. `image` and `positions` are `[N, H, W, C]` and `[N, OH, OW, …]`; windows and pixels count over all images.
  func forEachTap(
    of image: Shape, positions: Shape, _ body: (_ window: Int, _ tap: Int, _ pixel: Int) -> Void
  ) {
    let border = border(for: Spatial(image[1], image[2]))
    for batch in 0..<positions[0] {
      for row in 0..<positions[1] {
        for column in 0..<positions[2] {
          let window = (batch * positions[1] + row) * positions[2] + column
          for ky in 0..<kernel.height {
            let y = row * strides.height - border.top + ky * dilations.height
            guard (0..<image[1]).contains(y) else { continue }
            for kx in 0..<kernel.width {
              let x = column * strides.width - border.left + kx * dilations.width
              guard (0..<image[2]).contains(x) else { continue }
              body(window, ky * kernel.width + kx, (batch * image[1] + y) * image[2] + x)
            }
          }
        }
      }
    }
  }
}
