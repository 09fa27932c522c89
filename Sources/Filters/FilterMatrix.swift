/// A filter for a grey picture: numbers in rows and columns.
package struct FilterMatrix: Sendable, Hashable {
  /// Number of rows, 1 or more.
  package let rows: Int
  /// Number of columns, 1 or more.
  package let columns: Int
  /// The numbers, row by row from the top.
  package let values: [Double]

  /// Most rows, and most columns.
  package static let largestSide = 1024

  /// Creates a filter; `values.count` must be `rows × columns`.
  package init(rows: Int, columns: Int, values: [Double]) {
    precondition(rows > 0 && columns > 0, "FilterMatrix: no elements")
    precondition(values.count == rows * columns, "FilterMatrix: value count differs")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// Creates a square filter; `value` gets the row and the column.
  package init(size: Int, _ value: (_ row: Int, _ column: Int) -> Double) {
    var values: [Double] = []
    values.reserveCapacity(size * size)
    for row in 0..<size {
      for column in 0..<size { values.append(value(row, column)) }
    }
    self.init(rows: size, columns: size, values: values)
  }

  /// The number at a place.
  package subscript(row: Int, column: Int) -> Double { values[row * columns + column] }

  /// The mean of all numbers.
  package var mean: Double { values.reduce(0, +) / Double(values.count) }

  /// The filter with every number changed.
  package func map(_ change: (Double) -> Double) -> FilterMatrix {
    FilterMatrix(rows: rows, columns: columns, values: values.map(change))
  }

  /// The filter less its mean, so that an even picture gives 0.
  package var withZeroMean: FilterMatrix {
    let mean = mean
    return map { $0 - mean }
  }

  /// The filter times a number.
  package func scaled(by factor: Double) -> FilterMatrix { map { $0 * factor } }

  /// What finds pictures like this one: it less its mean, divided by the root of the sum of squares. An even
  /// patch gives zeros.
  package var matched: FilterMatrix {
    let centred = withZeroMean
    let norm = centred.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    // What is left of an even patch by rounding is no pattern.
    let largest = values.reduce(0) { max($0, abs($1)) }
    guard norm > largest * 1e-6 else { return map { _ in 0 } }
    return centred.map { $0 / norm }
  }
}
