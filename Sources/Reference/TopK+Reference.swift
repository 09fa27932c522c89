import Operators
import TensorCore

extension TopK: ReferenceEvaluable {
  /// Every row sorted.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let (outer, extent, inner) = inputs[0].extents(
      around: inputs[0].shape.normalizedAxis(axis) ?? 0)
    let source = inputs[0].values
    var values = [Double](repeating: 0, count: shape.elementCount)
    var places = values
    for block in 0..<outer {
      for lane in 0..<inner {
        let row = (0..<extent).map { source[(block * extent + $0) * inner + lane] }
        let order = row.indices.sorted { precedes(row[$0], $0, row[$1], $1) }
        for (rank, index) in order.prefix(k).enumerated() {
          let target = (block * k + rank) * inner + lane
          values[target] = row[index]
          places[target] = Double(index)
        }
      }
    }
    return [
      ReferenceTensor(shape: shape, values: values, elementType: inputs[0].elementType),
      ReferenceTensor(shape: shape, values: places, elementType: .int64),
    ]
  }

  private func precedes(_ a: Double, _ i: Int, _ b: Double, _ j: Int) -> Bool {
    if a == b || a.isNaN && b.isNaN { return i < j }
    if a.isNaN || b.isNaN { return a.isNaN == largest }
    return largest ? a > b : a < b
  }
}
