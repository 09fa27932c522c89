/// Transposes a matrix `[rows, outer·inner]` into `[inner·outer, rows]`: what turns OIHW into HWIO.
struct MatrixTranspose {
  private static let tile = 16

  /// The matrix.
  let source: UnsafeBufferPointer<Float>
  /// Its transpose; every element is written once.
  let destination: UnsafeMutableBufferPointer<Float>
  /// Rows of the matrix.
  let rows: Int
  /// The slower part of its column index, which becomes the faster part of a row index.
  let outer: Int
  /// The faster part of its column index.
  let inner: Int

  /// Transposes on all cores, in tiles that both sides read and write by whole cache lines.
  func run() {
    let columns = outer * inner
    guard rows > 0, columns > 0 else { return }
    // SAFETY: every range writes rows of its own, and all only read the source.
    nonisolated(unsafe) let matrix = self
    Parallel.ranges(of: columns, grain: max(Self.tile, (1 << 18) / rows)) { range in
      var column = range.lowerBound
      while column < range.upperBound {
        let width = min(Self.tile, range.upperBound - column)
        var row = 0
        while row < matrix.rows {
          let height = min(Self.tile, matrix.rows - row)
          if width == Self.tile, height == Self.tile {
            matrix.wholeTile(row, column)
          } else {
            matrix.partialTile(row, column, height, width)
          }
          row += Self.tile
        }
        column += Self.tile
      }
    }
  }

  /// Where the transpose keeps a column.
  @inline(__always)
  private func destinationStart(_ column: Int) -> Int {
    (column % inner * outer + column / inner) * rows
  }

  /// Rows are read whole before columns are written: source rows that lie a power of two apart share cache sets.
  @inline(__always)
  private func wholeTile(_ row: Int, _ column: Int) {
    let columns = outer * inner
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.tile * Self.tile) { tile in
      for y in 0..<Self.tile {
        let start = (row + y) * columns + column
        for x in 0..<Self.tile { tile[x * Self.tile + y] = source[start + x] }
      }
      for x in 0..<Self.tile {
        let start = destinationStart(column + x) + row
        for y in 0..<Self.tile { destination[start + y] = tile[x * Self.tile + y] }
      }
    }
  }

  private func partialTile(_ row: Int, _ column: Int, _ height: Int, _ width: Int) {
    let columns = outer * inner
    for x in 0..<width {
      let start = destinationStart(column + x) + row
      for y in 0..<height { destination[start + y] = source[(row + y) * columns + column + x] }
    }
  }
}
