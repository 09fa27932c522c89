import Foundation
import TensorCore

/// One axis of a ``Resize`` of a tensor that is known.
package struct ResizeSampling: Hashable, Sendable {
  /// Which axis.
  package let axis: Int
  /// Elements of the input along it.
  package let inputExtent: Int
  /// Elements of the result.
  package let extent: Int
  /// The result's extent as the factor gives it, before it is rounded.
  package let exactExtent: Double
  /// The part that is resized.
  package let region: Resize.Region?

  /// Elements of the result for each of the input.
  package var scale: Double { exactExtent / Double(inputExtent) }
}

/// What the elements along a resized axis are made of.
package struct ResizeTaps: Hashable, Sendable {
  /// Elements that each result is made of.
  package let count: Int
  /// For each result its `count` elements' indices; −1 where the result is the value for places outside.
  package let indices: [Int]
  /// Their weights, which add up to 1.
  package let weights: [Double]

  /// One result, the first element.
  package static let first = ResizeTaps(count: 1, indices: [0], weights: [1])
}

extension Resize {
  /// How each axis is sampled, of an input that `inferOutputs` accepts; in the order of ``axes``.
  package func samplings(of shape: Shape) -> [ResizeSampling] {
    let normalized = axes.map { shape.normalizedAxis($0) ?? 0 }
    let inputs = normalized.map { shape[$0] }
    let extents: [(Int, Double)]
    switch target {
    case .scales(let scales):
      extents = zip(scales, inputs).map { scale, input in
        let exact = Double(scale) * Double(input)
        return (Int(exact), exact)
      }
    case .sizes(let sizes):
      let ratios = zip(sizes, inputs).map { Double($0) / Double($1) }
      let common = aspectRatio == .notLarger ? ratios.min() : ratios.max()
      extents = zip(sizes, inputs).map { size, input in
        guard aspectRatio != .stretch, let common else { return (size, Double(size)) }
        let exact = common * Double(input)
        return (Int(exact + 0.5), exact)
      }
    }
    return normalized.indices.map { index in
      ResizeSampling(
        axis: normalized[index], inputExtent: inputs[index], extent: extents[index].0,
        exactExtent: extents[index].1,
        region: coordinates == .tfCropAndResize ? regions?[index] : nil)
    }
  }

  /// Whether an axis stays as it is.
  package func isIdentity(_ axis: ResizeSampling) -> Bool {
    axis.region == nil && axis.extent == axis.inputExtent && axis.exactExtent == Double(axis.extent)
  }

  /// What the results along an axis are made of.
  package func taps(_ axis: ResizeSampling) -> ResizeTaps {
    let last = axis.inputExtent - 1
    let shrink = antialias ? Swift.min(axis.scale, 1) : 1
    let offsets = offsets(shrink)
    var indices: [Int] = []
    var weights: [Double] = []
    for position in 0..<axis.extent {
      let place = place(Double(position), axis)
      if axis.region != nil, !(0...Double(last)).contains(place) {
        indices += offsets.map { _ in -1 }
        weights += offsets.map { _ in 1 / Double(offsets.count) }
        continue
      }
      // Places far outside are like those at the border.
      let whole = Swift.min(Swift.max(place, -2), Double(last) + 2).rounded(.down)
      let rest = Swift.min(Swift.max(place - whole, 0), 1)
      let elements = offsets.map { Int(whole) + $0 + roundsUp(rest) }
      var values = offsets.map { weight((Double($0) - rest) * shrink) }
      if excludesOutside {
        for (index, element) in elements.enumerated() where !(0...last).contains(element) {
          values[index] = 0
        }
      }
      let sum = values.reduce(0, +)
      indices += elements.map { Swift.min(Swift.max($0, 0), last) }
      weights += values.map { sum == 0 ? $0 : $0 / sum }
    }
    return ResizeTaps(count: offsets.count, indices: indices, weights: weights)
  }

  /// The place in the input that a result's position stands for.
  private func place(_ position: Double, _ axis: ResizeSampling) -> Double {
    let (input, output) = (Double(axis.inputExtent), axis.exactExtent)
    let halfPixel = (position + 0.5) * input / output - 0.5
    switch coordinates {
    case .halfPixel: return halfPixel
    case .pytorchHalfPixel: return output == 1 ? -0.5 : halfPixel
    case .halfPixelSymmetric: return halfPixel + input / 2 * (1 - Double(axis.extent) / output)
    case .asymmetric: return position * input / output
    case .alignCorners: return output == 1 ? 0 : position * (input - 1) / (output - 1)
    case .tfCropAndResize:
      let start = Double(axis.region?.start ?? 0)
      let length = Double(axis.region?.end ?? 1) - start
      let within =
        output == 1 ? length * (input - 1) / 2 : position * length * (input - 1) / (output - 1)
      return within + start * (input - 1)
    }
  }

  /// The elements that may have a weight, from the one at or before the place.
  private func offsets(_ shrink: Double) -> ClosedRange<Int> {
    let reach: Double
    switch mode {
    case .nearest: return 0...0
    case .linear: reach = 1
    case .cubic: reach = 2
    }
    let first = Int((-reach / shrink).rounded(.down)) + 1
    return first...1 - first
  }

  /// 1 where the nearest element is the one behind the place, which lies `rest` behind an element.
  private func roundsUp(_ rest: Double) -> Int {
    guard case .nearest(let rounding) = mode else { return 0 }
    switch rounding {
    case .preferFloor: return rest > 0.5 ? 1 : 0
    case .preferCeil: return rest >= 0.5 ? 1 : 0
    case .floor: return 0
    case .ceil: return rest > 0 ? 1 : 0
    }
  }

  /// The weight of an element at a distance from the place.
  private func weight(_ distance: Double) -> Double {
    let x = abs(distance)
    switch mode {
    case .nearest: return 1
    case .linear: return Swift.max(0, 1 - x)
    case .cubic(let coefficient):
      let a = Double(coefficient)
      if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0
    }
  }
}
