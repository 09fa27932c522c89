import TensorCore

/// Copies between dense tensors and strided views on the host.
enum StridedCopy {
  /// Writes dense elements to where `view` has them in its storage.
  static func scatter(
    _ source: UnsafeBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>,
    _ view: TensorView
  ) {
    var read = 0
    forEachRow(view) { start, count, stride in
      let offset = view.offset + start
      for index in 0..<count { target[offset + index * stride] = source[read + index] }
      read += count
    }
  }

  /// Reads the elements of `view`, relative to its first element, into dense order.
  static func gather(
    _ source: UnsafeBufferPointer<Float>, from view: TensorView,
    into target: UnsafeMutableBufferPointer<Float>
  ) {
    var written = 0
    forEachRow(view) { offset, count, stride in
      for index in 0..<count { target[written + index] = source[offset + index * stride] }
      written += count
    }
  }

  /// Calls `body` with offset, count and stride of each innermost row, in C order.
  private static func forEachRow(_ view: TensorView, _ body: (Int, Int, Int) -> Void) {
    let shape = view.shape
    guard shape.elementCount > 0 else { return }
    guard let count = shape.dimensions.last, let stride = view.strides.last else {
      return body(0, 1, 1)
    }
    var index = [Int](repeating: 0, count: shape.rank)
    var offset = 0
    while true {
      body(offset, count, stride)
      var axis = shape.rank - 2
      while axis >= 0 {
        index[axis] += 1
        offset += view.strides[axis]
        if index[axis] < shape[axis] { break }
        offset -= index[axis] * view.strides[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}
