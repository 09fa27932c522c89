import Operators
import TensorCore

extension MatMul: ReferenceEvaluable {
  /// One product per broadcast leading index.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let batch = Array(shape.dimensions.dropLast(2))
    let (rows, columns) = (shape[shape.rank - 2], shape[shape.rank - 1])
    let inner = inputs[0].shape[inputs[0].shape.rank - 1]
    let a = inputs[0].broadcast(to: Shape(batch + [rows, inner]))
    let b = inputs[1].broadcast(to: Shape(batch + [inner, columns]))
    var values: [Double] = []
    for index in 0..<batch.reduce(1, *) {
      values += Self.product(
        a.values[(index * rows * inner)..<((index + 1) * rows * inner)],
        b.values[(index * inner * columns)..<((index + 1) * inner * columns)],
        rows: rows, inner: inner, columns: columns)
    }
    return [ReferenceTensor(shape: shape, values: values)]
  }

  /// `a [rows, inner] · b [inner, columns]`.
  static func product(
    _ a: ArraySlice<Double>, _ b: ArraySlice<Double>, rows: Int, inner: Int, columns: Int
  ) -> [Double] {
    var result = [Double](repeating: 0, count: rows * columns)
    result.withUnsafeMutableBufferPointer { result in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          for row in 0..<rows {
            for k in 0..<inner {
              let factor = a[row * inner + k]
              for column in 0..<columns {
                result[row * columns + column] += factor * b[k * columns + column]
              }
            }
          }
        }
      }
    }
    return result
  }
}
