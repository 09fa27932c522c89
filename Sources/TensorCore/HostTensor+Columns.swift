extension HostTensor {
  /// Gives `body` the tensor in parts that fit a cache: for each of `ranges` of indices along the last axis those
  /// elements, as a dense matrix in C order whose rows are the range's length, with the range's number.
  ///
  /// Whatever the tensor is computed from, memory is needed for one part at a time.
  package func withColumns(
    _ ranges: [Range<Int>], _ body: (Int, UnsafeBufferPointer<Float>) -> Void
  ) {
    let rows = elementCount / Swift.max(width, 1)
    let widest = ranges.map(\.count).max() ?? 0
    LargeMemory.withTemporary(rows * widest) { memory in
      for (number, range) in ranges.enumerated() {
        let part = UnsafeMutableBufferPointer(rebasing: memory[..<(rows * range.count)])
        copyColumns(range, into: part)
        body(number, UnsafeBufferPointer(part))
      }
    }
    releasePages()
  }

  /// Extent of the last axis; 1 for a scalar.
  private var width: Int { shape.dimensions.last ?? 1 }

  /// Writes the elements whose index along the last axis lies in `columns`, as ``withColumns(_:_:)`` gives them.
  /// Pages of mapped files that are read stay until ``releasePages()``.
  package func copyColumns(
    _ columns: Range<Int>, into destination: UnsafeMutableBufferPointer<Float>
  ) {
    let (width, count) = (width, columns.count)
    precondition(
      columns.lowerBound >= 0 && columns.upperBound <= width
        && destination.count == elementCount / Swift.max(width, 1) * count,
      "copyColumns: beyond the tensor")
    if let rule, rule.write(columns, of: width, into: destination) { return }
    withElements(0..<elementCount) { source in
      guard let from = source.baseAddress, let to = destination.baseAddress else { return }
      for row in 0..<destination.count / Swift.max(count, 1) {
        (to + row * count).update(from: from + row * width + columns.lowerBound, count: count)
      }
    }
  }

  /// Lets the system take back what reading parts of mapped files has brought in.
  package func releasePages() {
    if let rule {
      for source in rule.sources { source.releasePages() }
    } else {
      storage?.release(byteOffset..<byteOffset + byteCount)
    }
  }
}
