import TensorCore

/// Copies between dense tensors and strided views on the host, in words: a view of int64 is given by its
/// ``TensorView/words``.
enum StridedCopy {
  /// Writes dense elements to where `view` has them in its storage.
  static func scatter(
    _ source: UnsafeBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>,
    _ view: TensorView
  ) {
    forEachRow(view) { place, read, count, stride in
      let offset = view.offset + place
      if stride == 1 {
        let row = UnsafeMutableBufferPointer(rebasing: target[offset..<offset + count])
        _ = row.update(fromContentsOf: source[read..<read + count])
      } else {
        for index in 0..<count { target[offset + index * stride] = source[read + index] }
      }
    }
  }

  /// Reads the elements of `view`, relative to its first element, into dense order.
  static func gather(
    _ source: UnsafeBufferPointer<Float>, from view: TensorView,
    into target: UnsafeMutableBufferPointer<Float>
  ) {
    forEachRow(view) { place, written, count, stride in
      if stride == 1 {
        let row = UnsafeMutableBufferPointer(rebasing: target[written..<written + count])
        _ = row.update(fromContentsOf: source[place..<place + count])
      } else {
        for index in 0..<count { target[written + index] = source[place + index * stride] }
      }
    }
  }

  /// Calls `body` with the offset in the view, the offset in dense order, the count and the view's stride of each
  /// innermost row, in C order: the fewest and longest rows there are.
  private static func forEachRow(_ view: TensorView, _ body: (Int, Int, Int, Int) -> Void) {
    guard view.shape.elementCount > 0 else { return }
    var outer = StridedLoop(view.shape, [view.strides, view.shape.denseStrides])
    let row = outer.removeInnermost()
    let axes = outer.axes
    var index = [Int](repeating: 0, count: axes.count)
    var (place, dense) = (0, 0)
    while true {
      body(place, dense, row.extent, row.strides[0])
      var axis = axes.count - 1
      while axis >= 0 {
        index[axis] += 1
        place += axes[axis].strides[0]
        dense += axes[axis].strides[1]
        if index[axis] < axes[axis].extent { break }
        place -= index[axis] * axes[axis].strides[0]
        dense -= index[axis] * axes[axis].strides[1]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}
