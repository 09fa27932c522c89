extension HostTensor {
  /// The tensor seen as a matrix `[rows, outer·inner]`, its first axis the rows, as `[inner·outer, rows]` under
  /// another shape: OIHW to HWIO, and `[out, in]` to `[in, out]`. Reordered whenever it is read.
  package func transposedMatrix(outer: Int, inner: Int, shape target: Shape) -> HostTensor {
    let rule = TransposedParameter(source: self, rows: shape[0], outer: outer, inner: inner)
    return HostTensor(shape: target, computedBy: rule)
  }
}

/// A matrix `[rows, outer·inner]` as `[inner·outer, rows]`.
private struct TransposedParameter: TensorRule {
  let source: HostTensor
  let rows: Int
  let outer: Int
  let inner: Int

  var sources: [HostTensor] { [source] }

  func write(into destination: UnsafeMutableBufferPointer<Float>) {
    transpose(0..<rows, into: destination)
    releasePages()
  }

  func write(
    _ columns: Range<Int>, of width: Int, into destination: UnsafeMutableBufferPointer<Float>
  ) -> Bool {
    guard width == rows else { return false }
    transpose(columns, into: destination)
    return true
  }

  private func transpose(
    _ range: Range<Int>, into destination: UnsafeMutableBufferPointer<Float>
  ) {
    let columns = outer * inner
    source.withElements(range.lowerBound * columns..<range.upperBound * columns) { source in
      MatrixTranspose(
        source: source, destination: destination, rows: range.count, outer: outer, inner: inner
      ).run()
    }
  }

  private func releasePages() { for source in sources { source.releasePages() } }
}
