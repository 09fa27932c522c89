import TensorCore

extension TensorView {
  /// The view's elements, in its order, under another shape of as many elements; nil where no strides give that.
  package func viewed(as target: Shape) -> TensorView? {
    guard target.elementCount == shape.elementCount else { return nil }
    if isDense || target.elementCount == 0 {
      return TensorView(
        storage: storage, offset: offset, shape: target,
        strides: target.denseStrides(of: elementType), elementType: elementType)
    }
    let source = zip(shape.dimensions, strides).filter { $0.0 != 1 }
    var result = [Int](repeating: 1, count: target.rank)
    var (first, placed) = (0, 0)
    // Groups of axes with equal products, from the outermost on: within each, the source must lie as one.
    while first < source.count {
      var (last, end) = (first, placed)
      var (have, want) = (source[first].0, 1)
      while want != have || end == placed {
        if want < have || end == placed {
          guard end < target.rank else { return nil }
          want *= target[end]
          end += 1
        } else {
          last += 1
          guard last < source.count else { return nil }
          have *= source[last].0
        }
      }
      for axis in first..<last where source[axis].1 != source[axis + 1].0 * source[axis + 1].1 {
        return nil
      }
      result[end - 1] = source[last].1
      for axis in stride(from: end - 2, through: placed, by: -1) {
        result[axis] = result[axis + 1] * target[axis + 1]
      }
      (first, placed) = (last + 1, end)
    }
    return TensorView(
      storage: storage, offset: offset, shape: target, strides: result, elementType: elementType)
  }

  /// The view repeated along missing axes and axes of extent 1, as NumPy broadcasts; nil where that can't be.
  package func broadcast(to target: Shape) -> TensorView? {
    let missing = target.rank - shape.rank
    guard missing >= 0 else { return nil }
    var result = [Int](repeating: 0, count: target.rank)
    for axis in 0..<shape.rank where shape[axis] != 1 {
      guard shape[axis] == target[axis + missing] else { return nil }
      result[axis + missing] = strides[axis]
    }
    return TensorView(
      storage: storage, offset: offset, shape: target, strides: result, elementType: elementType)
  }

  /// Whether both views have the same elements in the same places.
  package func coincides(with other: TensorView) -> Bool {
    guard storage == other.storage, shape == other.shape else { return false }
    return shape.elementCount == 0
      || offset == other.offset
        && (0..<shape.rank).allSatisfy { shape[$0] == 1 || strides[$0] == other.strides[$0] }
  }
}
