import Foundation

extension FilterMatrix {
  /// The filter turned around its centre by `degrees`, counterclockwise as it is looked at, in the same number of
  /// rows and columns: a cubic spline between the numbers, zeros outside.
  ///
  /// Equals `scipy.ndimage.rotate(filter, degrees, reshape=False)`. Its spline continues the numbers mirrored
  /// at the first and last of each row and column, and what lies beyond these is 0.
  package func rotated(byDegrees degrees: Double) -> FilterMatrix {
    let (cosine, sine) = Self.cosineAndSine(degrees)
    let spline = CubicSpline(self)
    let middle = (row: Double(rows - 1) / 2, column: Double(columns - 1) / 2)
    let offset = (
      row: middle.row - (cosine * middle.row + sine * middle.column),
      column: middle.column - (-sine * middle.row + cosine * middle.column)
    )
    var result: [Double] = []
    result.reserveCapacity(values.count)
    for row in 0..<rows {
      for column in 0..<columns {
        let (y, x) = (Double(row), Double(column))
        result.append(
          spline.value(
            row: y * cosine + x * sine + offset.row,
            column: y * -sine + x * cosine + offset.column))
      }
    }
    return FilterMatrix(rows: rows, columns: columns, values: result)
  }

  /// Cosine and sine of an angle in degrees, without rounding at multiples of 90.
  static func cosineAndSine(_ degrees: Double) -> (cosine: Double, sine: Double) {
    let turn = degrees.truncatingRemainder(dividingBy: 360)
    switch turn {
    case 0: return (1, 0)
    case 90, -270: return (0, 1)
    case 180, -180: return (-1, 0)
    case 270, -90: return (0, -1)
    default: return (cos(turn * .pi / 180), sin(turn * .pi / 180))
    }
  }
}

/// A cubic spline through the numbers of a filter (M. Unser, "Splines: a perfect fit for signal and image
/// processing", 1999).
private struct CubicSpline {
  private let rows: Int
  private let columns: Int
  /// The spline's coefficients, row by row.
  private let coefficients: [Double]

  init(_ matrix: FilterMatrix) {
    rows = matrix.rows
    columns = matrix.columns
    var numbers = matrix.values
    for column in 0..<columns {
      Self.filter(&numbers, from: column, step: columns, count: rows)
    }
    for row in 0..<rows {
      Self.filter(&numbers, from: row * columns, step: 1, count: columns)
    }
    coefficients = numbers
  }

  /// Makes coefficients of a line of numbers that is mirrored at its first and last.
  private static func filter(_ line: inout [Double], from start: Int, step: Int, count: Int) {
    guard count > 1 else { return }
    let pole = 3.0.squareRoot() - 2
    let gain = (1 - pole) * (1 - 1 / pole)
    func place(_ index: Int) -> Int { start + index * step }
    for index in 0..<count { line[place(index)] *= gain }
    let last = pow(pole, Double(count - 1))
    var first = line[place(0)] + last * line[place(count - 1)]
    var power = pole
    for index in 1..<max(count - 1, 1) {
      first += power * (line[place(index)] + last * line[place(count - 1 - index)])
      power *= pole
    }
    line[place(0)] = first / (1 - last * last)
    for index in 1..<count { line[place(index)] += pole * line[place(index - 1)] }
    line[place(count - 1)] =
      (pole * line[place(count - 2)] + line[place(count - 1)]) * pole / (pole * pole - 1)
    for index in stride(from: count - 2, through: 0, by: -1) {
      line[place(index)] = pole * (line[place(index + 1)] - line[place(index)])
    }
  }

  /// The spline's value, 0 outside of the numbers.
  func value(row: Double, column: Double) -> Double {
    guard row >= 0, row <= Double(rows - 1), column >= 0, column <= Double(columns - 1) else {
      return 0
    }
    let (firstRow, firstColumn) = (Int(row) - 1, Int(column) - 1)
    let down = Self.weights(row - row.rounded(.down))
    let across = Self.weights(column - column.rounded(.down))
    var sum = 0.0
    for y in 0..<4 {
      let start = Self.mirrored(firstRow + y, rows) * columns
      for x in 0..<4 {
        sum += down[y] * across[x] * coefficients[start + Self.mirrored(firstColumn + x, columns)]
      }
    }
    return sum
  }

  /// The four pieces of a cubic B-spline at a fraction of a step.
  private static func weights(_ part: Double) -> [Double] {
    let rest = 1 - part
    let second = (part * part * (part - 2) * 3 + 4) / 6
    let third = (rest * rest * (rest - 2) * 3 + 4) / 6
    let first = rest * rest * rest / 6
    return [first, second, third, 1 - first - second - third]
  }

  /// The number that an index beyond a line stands for, mirrored at the first and the last.
  private static func mirrored(_ index: Int, _ count: Int) -> Int {
    guard count > 1 else { return 0 }
    let period = 2 * (count - 1)
    let place = ((index % period) + period) % period
    return min(place, period - place)
  }
}
