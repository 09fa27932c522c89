import Foundation
import Operators
import TensorCore

extension Pool2D: ReferenceEvaluable {
  /// Window by window, channel by channel.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let image = inputs[0].shape
    let border = window.border(for: Spatial(image[1], image[2]))
    let x = inputs[0].values
    var values: [Double] = []
    values.reserveCapacity(shape.elementCount)
    for batch in 0..<shape[0] {
      for row in 0..<shape[1] {
        let rows = Window.taps(
          row, window.kernel.height, window.strides.height, window.dilations.height,
          before: border.top, extent: image[1], after: border.bottom)
        for column in 0..<shape[2] {
          let columns = Window.taps(
            column, window.kernel.width, window.strides.width, window.dilations.width,
            before: border.left, extent: image[2], after: border.right)
          for channel in 0..<shape[3] {
            let elements = rows.inside.flatMap { y in
              columns.inside.map {
                x[((batch * image[1] + y) * image[2] + $0) * image[3] + channel]
              }
            }
            let divisor = countIncludePad ? rows.padded * columns.padded : elements.count
            let bias = inputs.count == 2 ? inputs[1].values[channel] : 0
            values.append(activation.applied(kind.reduce(elements, divisor: divisor) + bias))
          }
        }
      }
    }
    return [ReferenceTensor(shape: shape, values: values)]
  }
}

extension LpPool2D: ReferenceEvaluable {
  /// Window by window, channel by channel.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let image = inputs[0].shape
    let border = window.border(for: Spatial(image[1], image[2]))
    var values: [Double] = []
    for index in 0..<shape.elementCount {
      let (channel, pixel) = (index % shape[3], index / shape[3])
      let rows = Window.taps(
        pixel / shape[2] % shape[1], window.kernel.height, window.strides.height,
        window.dilations.height, before: border.top, extent: image[1], after: border.bottom)
      let columns = Window.taps(
        pixel % shape[2], window.kernel.width, window.strides.width, window.dilations.width,
        before: border.left, extent: image[2], after: border.right)
      let first = pixel / shape[2] / shape[1] * image[1]
      var sum = 0.0
      for y in rows.inside {
        for x in columns.inside {
          let element = inputs[0].values[((first + y) * image[2] + x) * image[3] + channel]
          sum += pow(abs(element), Double(p))
        }
      }
      values.append(pow(sum, 1 / Double(p)))
    }
    return [ReferenceTensor(shape: shape, values: values)]
  }
}

extension Window {
  /// The indices of window `position` along one axis that lie inside the image, and the number of those inside
  /// the padded image.
  fileprivate static func taps(
    _ position: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, before: Int, extent: Int,
    after: Int
  ) -> (inside: [Int], padded: Int) {
    let indices = (0..<kernel).map { position * stride - before + $0 * dilation }
    return (
      indices.filter { (0..<extent).contains($0) },
      indices.count { (-before..<extent + after).contains($0) }
    )
  }
}

extension GlobalPool: ReferenceEvaluable {
  /// All pixels of each channel.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let image = inputs[0].shape
    let pixels = image[1] * image[2]
    var values: [Double] = []
    for batch in 0..<image[0] {
      for channel in 0..<image[3] {
        let elements = (0..<pixels).map {
          inputs[0].values[(batch * pixels + $0) * image[3] + channel]
        }
        values.append(kind.reduce(elements, divisor: pixels))
      }
    }
    return [ReferenceTensor(shape: shape, values: values)]
  }
}

extension PoolKind {
  /// The largest of `elements`, or their sum over `divisor`.
  func reduce(_ elements: [Double], divisor: Int) -> Double {
    switch self {
    case .max: elements.max() ?? -.infinity
    case .average: elements.reduce(0, +) / Double(divisor)
    }
  }
}
