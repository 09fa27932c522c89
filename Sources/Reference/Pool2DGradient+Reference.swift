import GraphIR
import Operators
import TensorCore

extension Pool2DGradient: ReferenceEvaluable {
  /// Window by window, channel by channel.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let gradient = inputs[1].shape
    let channels = shape[3]
    var pixels = [[Int]](repeating: [], count: gradient.elementCount / max(1, channels))
    pool.window.forEachTap(of: shape, positions: gradient) { window, _, pixel in
      pixels[window].append(pixel)
    }
    let divisors = divisors(shape, gradient)
    var sums = [Double](repeating: 0, count: shape.elementCount)
    for (window, pixels) in pixels.enumerated() {
      for channel in 0..<channels {
        let value = inputs[1].values[window * channels + channel]
        switch pool.kind {
        case .average:
          let divisor = pool.countIncludePad ? divisors[window] : pixels.count
          for pixel in pixels { sums[pixel * channels + channel] += value / Double(divisor) }
        case .max:
          guard var first = pixels.first else { continue }
          for pixel in pixels
          where inputs[0].values[pixel * channels + channel]
            > inputs[0].values[first * channels + channel]
          {
            first = pixel
          }
          sums[first * channels + channel] += value
        }
      }
    }
    return [ReferenceTensor(shape: shape, values: sums)]
  }

  /// How many elements of each window lie inside the padded image.
  private func divisors(_ image: Shape, _ gradient: Shape) -> [Int] {
    let border = pool.window.border(for: Spatial(image[1], image[2]))
    let padded = Shape([
      image[0], image[1] + border.top + border.bottom, image[2] + border.left + border.right,
      image[3],
    ])
    let window = Window(
      kernel: pool.window.kernel, strides: pool.window.strides, dilations: pool.window.dilations)
    var counts = [Int](repeating: 0, count: gradient.elementCount / max(1, image[3]))
    window.forEachTap(of: padded, positions: gradient) { window, _, _ in counts[window] += 1 }
    return counts
  }
}
