import GraphIR
import Operators
import Reference
import TensorCore

extension Pad: Differentiable {
  /// Around zeros (or another value) the image's part; otherwise along each axis a product with the matrix that says which
  /// element went where.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    guard var gradient = upstream[0] else { return [nil] }
    let shape = builder.shape(node.inputs[0])
    if case .constant = mode {
      return [try builder.pad(gradient, before: before.map { -$0 }, after: after.map { -$0 })]
    }
    for axis in 0..<shape.rank where before[axis] != 0 || after[axis] != 0 {
      let extent = shape[axis]
      let line = ReferenceTensor(shape: [extent], values: (0..<extent).map(Double.init))
      let sources = try Pad(before: [before[axis]], after: [after[axis]], mode: mode)
        .evaluate([line])[0].values
      let taps = sources.map { [(Int($0), 1.0)] }
      gradient = try builder.scatter(gradient, axis: axis, into: extent, taps)
    }
    return [gradient]
  }
}

extension Resize: Differentiable {
  /// Along each axis a product with the transposed matrix of the samples' weights.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    guard var gradient = upstream[0] else { return [nil] }
    for sampling in samplings(of: builder.shape(node.inputs[0])) where !isIdentity(sampling) {
      let found = taps(sampling)
      let lists = (0..<sampling.extent).map { position in
        (0..<found.count).map { tap in
          let index = position * found.count + tap
          return (found.indices[index], found.weights[index])
        }
      }
      gradient = try builder.scatter(
        gradient, axis: sampling.axis, into: sampling.inputExtent, lists)
    }
    return [gradient]
  }
}

extension GradientBuilder {
  /// Adds every element along an axis to those it was made of, times their weights: a product with a constant matrix.
  fileprivate mutating func scatter(
    _ value: ValueID, axis: Int, into extent: Int, _ taps: [[(source: Int, weight: Double)]]
  ) throws(InceptError) -> ValueID {
    let (cells, isTooLarge) = extent.multipliedReportingOverflow(by: taps.count)
    guard !isTooLarge, cells <= 1 << 26 else {
      throw InceptError(
        .badData, subject: "the gradient along axis \(axis)",
        expected: "expected at most \(1 << 26) pairs of elements in and out",
        found: "\(extent) and \(taps.count) elements")
    }
    var matrix = [Float](repeating: 0, count: cells)
    for (position, list) in taps.enumerated() {
      for tap in list where tap.source >= 0 {
        matrix[tap.source * taps.count + position] += Float(tap.weight)
      }
    }
    return try transform(value, axis: axis, by: try constant([extent, taps.count], matrix))
  }
}
