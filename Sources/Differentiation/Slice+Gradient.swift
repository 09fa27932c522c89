import GraphIR
import Operators
import TensorCore

extension Slice: Differentiable {
  /// Zeros where nothing was cut out. Runs along one axis are joined with those that others cut out of the same value, so
  /// that parameters cut out of one vector get one concatenation.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    let shape = builder.shape(node.inputs[0])
    guard var gradient = upstream[0], let ranges = resolved(shape) else { return [nil] }
    let cut = ranges.indices.filter { ranges[$0].count != shape[$0] || ranges[$0].step != 1 }
    if cut.count == 1, ranges[cut[0]].step == 1 {
      let range = ranges[cut[0]]
      builder.note(
        GradientBuilder.Piece(
          axis: cut[0], start: range.start, count: range.count, gradient: gradient),
        of: node.inputs[0])
      return [nil]
    }
    if ranges.contains(where: { $0.count == 0 }) { return [nil] }
    var (before, after) = (ranges.map { _ in 0 }, ranges.map { _ in 0 })
    for (axis, range) in ranges.enumerated() {
      let step = abs(range.step)
      var start = range.start
      if range.step < 0 {
        start -= (range.count - 1) * step
        let backwards = Slice.Range(axis: axis, start: -1, end: -range.count - 1, step: -1)
        if range.count > 1 { gradient = try builder.add(Slice([backwards]), [gradient]) }
      }
      if step > 1, range.count > 1 { gradient = try spread(gradient, axis, step, &builder) }
      before[axis] = start
      after[axis] = shape[axis] - start - builder.shape(gradient)[axis]
    }
    return [try builder.pad(gradient, before: before, after: after)]
  }

  /// `step − 1` zeros behind every element along an axis, but for the last.
  private func spread(
    _ value: ValueID, _ axis: Int, _ step: Int, _ builder: inout GradientBuilder
  ) throws(InceptError) -> ValueID {
    let extents = builder.shape(value).dimensions
    let apart = Shape(Array(extents[...axis]) + [1] + Array(extents[(axis + 1)...]))
    let none = [Int](repeating: 0, count: apart.rank)
    var zeros = none
    zeros[axis + 1] = step - 1
    let padded = try builder.pad(
      try builder.reshape(value, to: apart), before: none, after: zeros)
    var joined = extents
    joined[axis] *= step
    return try builder.slice(
      try builder.reshape(padded, to: Shape(joined)), axis: axis, start: 0,
      count: joined[axis] - (step - 1))
  }
}

extension GradientBuilder {
  /// The gradient by `value` that was noted in pieces: one concatenation where they don't overlap, a sum otherwise; nil
  /// where there are none.
  mutating func joinPieces(of value: ValueID) throws(InceptError) -> ValueID? {
    guard let pieces = takePieces(of: value), let axis = pieces.first?.axis else { return nil }
    let shape = shape(value)
    let sorted = pieces.sorted { $0.start < $1.start }
    let isDisjoint = zip(sorted, sorted.dropFirst()).allSatisfy { $0.start + $0.count <= $1.start }
    guard isDisjoint, pieces.allSatisfy({ $0.axis == axis }) else {
      var sum: ValueID?
      for piece in pieces {
        var (before, after) = ([Int](repeating: 0, count: shape.rank), shape.dimensions)
        before[piece.axis] = piece.start
        for other in 0..<shape.rank where other != piece.axis { after[other] = 0 }
        after[piece.axis] -= piece.start + piece.count
        let whole = try pad(piece.gradient, before: before, after: after)
        if let part = sum { sum = try add(part, whole) } else { sum = whole }
      }
      return sum
    }
    var parts: [ValueID] = []
    var end = 0
    func gap(_ count: Int) -> Shape {
      var extents = shape.dimensions
      extents[axis] = count
      return Shape(extents)
    }
    for piece in sorted {
      if piece.start > end { parts.append(try filled(gap(piece.start - end), with: 0)) }
      if piece.count > 0 { parts.append(piece.gradient) }
      end = piece.start + piece.count
    }
    if end < shape[axis] { parts.append(try filled(gap(shape[axis] - end), with: 0)) }
    guard let first = parts.first else { return nil }
    return parts.count == 1 ? first : try add(Concat(axis: axis), parts)
  }
}

extension Concat: Differentiable {
  /// Each input's part.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    guard let upstream = upstream[0], let axis = builder.shape(upstream).normalizedAxis(axis) else {
      return node.inputs.map { _ in nil }
    }
    var gradients: [ValueID?] = []
    var start = 0
    for (index, input) in node.inputs.enumerated() {
      let count = builder.shape(input)[axis]
      gradients.append(
        wanted[index]
          ? try builder.slice(upstream, axis: axis, start: start, count: count) : nil)
      start += count
    }
    return gradients
  }
}
