import GraphIR
import Operators
import TensorCore

/// Cutting values.
enum SliceOps {
  /// Values that one node may be cut into.
  private static let partLimit = 1 << 12

  /// Begin and size of every axis; size −1 is all that is left.
  @Sendable static func slice(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(3...3)
    let (begins, sizes) = (try scope.fixedIntegers(1), try scope.fixedIntegers(2))
    let shape = try inputShape(scope)
    guard begins.count == shape.rank, sizes.count == shape.rank else {
      throw scope.invalid("\(shape.rank) begins and sizes", "\(begins.count), \(sizes.count)")
    }
    var ranges: [Slice.Range] = []
    for axis in 0..<shape.rank {
      let begin = Swift.min(Swift.max(begins[axis], -1), shape[axis] + 1)
      let size = sizes[axis] == -1 ? shape[axis] - begin : sizes[axis]
      guard begin >= 0, size >= 0, size <= shape[axis] - begin else {
        throw scope.invalid("ranges within \(shape)", "\(begins) and \(sizes)")
      }
      if begins[axis] == 0, sizes[axis] == -1 || size == shape[axis] { continue }
      ranges.append(Slice.Range(axis: axis, start: begins[axis], end: begins[axis] + size))
    }
    return [try cut(scope, ranges, to: nil)]
  }

  /// Python's slices, with its five masks. (tensorflow/core/util/strided_slice_op.cc)
  @Sendable static func stridedSlice(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(4...4)
    let specification = StridedSliceSpecification(
      begins: try scope.fixedIntegers(1), ends: try scope.fixedIntegers(2),
      steps: try scope.fixedIntegers(3), beginMask: try scope.int("begin_mask", 0),
      endMask: try scope.int("end_mask", 0), ellipsisMask: try scope.int("ellipsis_mask", 0),
      newAxisMask: try scope.int("new_axis_mask", 0),
      shrinkMask: try scope.int("shrink_axis_mask", 0))
    let shape = try inputShape(scope)
    guard let (ranges, dimensions) = specification.resolved(shape) else {
      throw scope.invalid("ranges within \(shape)", "\(specification)")
    }
    return [try cut(scope, ranges, to: dimensions)]
  }

  private static func inputShape(_ scope: NodeScope) throws(ImportFailure) -> Shape {
    if case .integers(let value)? = scope.inputs.first { return value.shape }
    return scope.shape(try scope.tensor(0))
  }

  /// The node's value: `ranges` of its first input, then under another shape.
  private static func cut(
    _ scope: NodeScope, _ ranges: [Slice.Range], to dimensions: [Int]?
  ) throws(ImportFailure) -> Value {
    let op = Slice(ranges)
    if case .integers(let value)? = scope.inputs.first {
      guard value.shape.rank == 1, let range = op.resolved(value.shape)?.first else {
        throw .refused("it cuts a table of whole numbers")
      }
      let indices = (0..<range.count).map { range.start + $0 * range.step }
      return .integers(value.selecting(indices, shape: Shape(dimensions ?? [range.count])))
    }
    let x = try scope.tensor(0)
    guard let resolved = op.resolved(scope.shape(x)) else {
      throw scope.invalid("ranges within \(scope.shape(x))", "\(ranges)")
    }
    let kept = resolved.map(\.count)
    guard let dimensions, dimensions != kept else { return .tensor(try scope.emit(op, [x])) }
    let part = ranges.isEmpty ? x : try scope.part(op, [x], "slice")
    return .tensor(try scope.emitReshaped(part, to: dimensions))
  }

  /// Axis, then the value, in equal parts.
  @Sendable static func split(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    let x = try scope.tensor(1)
    let count = try scope.int("num_split")
    let axis = try axis(scope, 0, of: x)
    let extent = scope.shape(x)[axis]
    guard (1...partLimit).contains(count), extent % count == 0 else {
      throw scope.invalid("parts that divide \(extent)", "\(count)")
    }
    return try split(scope, x, axis, Array(repeating: extent / count, count: count))
  }

  /// The value, sizes with at most one −1, then the axis.
  @Sendable static func splitV(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(3...3)
    let x = try scope.tensor(0)
    var sizes = try scope.fixedIntegers(1)
    let axis = try axis(scope, 2, of: x)
    let extent = scope.shape(x)[axis]
    guard sizes.count <= partLimit, sizes.allSatisfy({ (-1...extent).contains($0) }),
      sizes.count(where: { $0 == -1 }) <= 1
    else { throw scope.invalid("sizes within \(extent)", "\(sizes)") }
    let known = sizes.reduce(0) { $0 + Swift.max($1, 0) }
    if let open = sizes.firstIndex(of: -1) { sizes[open] = extent - known }
    guard sizes.allSatisfy({ $0 > 0 }), sizes.reduce(0, +) == extent else {
      throw scope.invalid("sizes that add up to \(extent)", "\(sizes)")
    }
    return try split(scope, x, axis, sizes)
  }

  private static func split(
    _ scope: NodeScope, _ x: ValueID, _ axis: Int, _ sizes: [Int]
  ) throws(ImportFailure) -> [Value] {
    var start = 0
    var values: [Value] = []
    for (index, size) in sizes.enumerated() {
      let range = Slice.Range(axis: axis, start: start, end: start + size)
      values.append(.tensor(try scope.emit(Slice([range]), [x], output: index)))
      start += size
    }
    return values
  }

  /// One value for each index of an axis, which goes.
  @Sendable static func unpack(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(1...1)
    if case .integers(let value) = scope.inputs[0], value.shape.rank == 1 {
      return value.values.indices.map { .integers(value.selecting([$0], shape: [])) }
    }
    let x = try scope.tensor(0)
    let shape = scope.shape(x)
    let given = try scope.int("axis", 0)
    guard let axis = shape.normalizedAxis(given), shape[axis] <= partLimit else {
      throw scope.invalid("an axis of \(shape), at most \(partLimit) long", "\(given)")
    }
    var dimensions = shape.dimensions
    dimensions.remove(at: axis)
    var values: [Value] = []
    for index in 0..<shape[axis] {
      let range = Slice.Range(axis: axis, start: index, end: index + 1)
      let part = try scope.part(Slice([range]), [x], "slice")
      values.append(.tensor(try scope.emitReshaped(part, to: dimensions, output: index)))
    }
    return values
  }

  private static func axis(
    _ scope: NodeScope, _ index: Int, of x: ValueID
  ) throws(ImportFailure) -> Int {
    let given = try scope.fixedInteger(index)
    guard let axis = scope.shape(x).normalizedAxis(given) else {
      throw scope.invalid("an axis of \(scope.shape(x))", "\(given)")
    }
    return axis
  }
}
