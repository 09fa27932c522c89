import GraphIR
import TensorCore

/// A piece of device memory that values live in: a region of the plan, or a constant's own buffer.
package enum Storage: Hashable, Sendable {
  /// Region number of the plan; the arena planner gives it its offset, but for inputs, which have a buffer each.
  case arena(Int)
  /// Constant number of the plan.
  case constant(Int)
}

/// How a value lies in device memory: a strided window into a storage. Offsets and strides are in words: of 4 bytes,
/// or of a plan's precision. An int64 takes two words, so that its neighbours are at least two apart; elements of
/// all other types take one.
package struct TensorView: Hashable, Sendable {
  /// Where the elements are.
  package let storage: Storage
  /// Position of the first element in the storage; even for int64.
  package let offset: Int
  /// Extents of the value.
  package let shape: Shape
  /// Distance between neighbours along each axis.
  package let strides: [Int]
  /// Type of the elements.
  package let elementType: ElementType

  /// A view.
  package init(
    storage: Storage, offset: Int, shape: Shape, strides: [Int], elementType: ElementType = .float32
  ) {
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.strides = strides
    self.elementType = elementType
  }

  /// A dense view from the storage's beginning.
  package init(dense shape: Shape, _ elementType: ElementType = .float32, in storage: Storage) {
    self.init(
      storage: storage, offset: 0, shape: shape, strides: shape.denseStrides(of: elementType),
      elementType: elementType)
  }

  /// The view's words, as if they were elements of a type of one word: an int64 is a pair of neighbours.
  package var words: TensorView {
    guard elementType.words > 1 else { return self }
    return TensorView(
      storage: storage, offset: offset, shape: Shape(shape.dimensions + [elementType.words]),
      strides: strides + [1])
  }

  /// Another view of elements of the same type in the same storage, by default from the same first element on.
  package func with(offset: Int? = nil, shape: Shape, strides: [Int]) -> TensorView {
    TensorView(
      storage: storage, offset: offset ?? self.offset, shape: shape, strides: strides,
      elementType: elementType)
  }

  /// Whether the elements lie in C order without gaps.
  package var isDense: Bool {
    var expected = elementType.words
    for axis in stride(from: shape.rank - 1, through: 0, by: -1) where shape[axis] != 1 {
      guard strides[axis] == expected else { return false }
      expected *= shape[axis]
    }
    return true
  }

  /// Number of words from the first element to the last one, both included; 0 for an empty view.
  package var span: Int {
    guard shape.elementCount > 0 else { return 0 }
    return zip(shape.dimensions, strides).reduce(elementType.words) { $0 + ($1.0 - 1) * $1.1 }
  }

  /// The part of the view from `start`, `count` elements long, along one axis.
  package func slice(axis: Int, start: Int, count: Int, step: Int = 1) -> TensorView {
    var dimensions = shape.dimensions
    var strides = strides
    dimensions[axis] = count
    let offset = offset + start * strides[axis]
    strides[axis] *= step
    return with(offset: offset, shape: Shape(dimensions), strides: strides)
  }

  /// The view with its axes reordered: result axis `i` is axis `order[i]`.
  package func permuted(_ order: [Int]) -> TensorView {
    with(shape: shape.permuted(order), strides: order.map { strides[$0] })
  }

  /// The same dense elements under another shape; nil where the view is not dense.
  package func reshaped(_ shape: Shape) -> TensorView? {
    guard isDense, shape.elementCount == self.shape.elementCount else { return nil }
    return with(shape: shape, strides: shape.denseStrides(of: elementType))
  }

  /// The view with neighbouring axes joined where they lie as one, then ones put in front up to `rank`; nil
  /// where more than `rank` axes remain. The last axis is never joined with others, so that it stays the
  /// channels.
  package func collapsed(to rank: Int = 4) -> TensorView? {
    guard let channels = shape.dimensions.last, let channelStride = strides.last else {
      return with(
        shape: Shape([Int](repeating: 1, count: rank)),
        strides: [Int](repeating: 1, count: rank))
    }
    var dimensions = Array(shape.dimensions.dropLast())
    var outer = Array(strides.dropLast())
    var axis = dimensions.count - 1
    while dimensions.count > rank - 1, axis > 0 {
      let joins =
        dimensions[axis] == 1 || dimensions[axis - 1] == 1
        || outer[axis - 1] == outer[axis] * dimensions[axis]
      if joins {
        if dimensions[axis] != 1 { outer[axis - 1] = outer[axis] }
        dimensions[axis - 1] *= dimensions[axis]
        dimensions.remove(at: axis)
        outer.remove(at: axis)
      }
      axis -= 1
    }
    guard dimensions.count <= rank - 1 else { return nil }
    let missing = rank - 1 - dimensions.count
    let step = outer.first.map { $0 * (dimensions.first ?? 1) } ?? channels * channelStride
    return with(
      shape: Shape([Int](repeating: 1, count: missing) + dimensions + [channels]),
      strides: [Int](repeating: step, count: missing) + outer + [channelStride])
  }
}

extension Shape {
  /// Distance in words between neighbours along each axis of a dense C-order value.
  func denseStrides(of type: ElementType) -> [Int] { denseStrides.map { $0 * type.words } }
}

/// Elements of zeros before and after each axis of a value, which its reader relies on.
package struct ZeroBorder: Hashable, Sendable {
  /// Elements before each axis.
  package var before: [Int]
  /// Elements after each axis.
  package var after: [Int]

  /// A border.
  package init(before: [Int], after: [Int]) {
    self.before = before
    self.after = after
  }

  /// No border around a value of the given rank.
  package static func none(rank: Int) -> ZeroBorder {
    ZeroBorder(
      before: [Int](repeating: 0, count: rank), after: [Int](repeating: 0, count: rank))
  }

  /// Whether there is no border at all.
  package var isNone: Bool { before.allSatisfy { $0 == 0 } && after.allSatisfy { $0 == 0 } }

  /// The smallest border that holds both.
  package func union(_ other: ZeroBorder) -> ZeroBorder {
    ZeroBorder(
      before: zip(before, other.before).map { Swift.max($0, $1) },
      after: zip(after, other.after).map { Swift.max($0, $1) })
  }
}
