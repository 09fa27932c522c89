import Operators
import TensorCore

extension ArgReduce: ReferenceEvaluable {
  /// Every row from its first element to its last.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let (outer, extent, inner) = inputs[0].extents(
      around: inputs[0].shape.normalizedAxis(axis) ?? 0)
    let source = inputs[0].values
    var values: [Double] = []
    for block in 0..<outer {
      for lane in 0..<inner {
        var best = 0
        for index in 1..<max(extent, 1) {
          let (new, old) = (
            source[(block * extent + index) * inner + lane],
            source[(block * extent + best) * inner + lane]
          )
          if isBetter(new, than: old) { best = index }
        }
        values.append(Double(best))
      }
    }
    return [ReferenceTensor(shape: shape, values: values, elementType: .int64)]
  }

  private func isBetter(_ new: Double, than old: Double) -> Bool {
    if new.isNaN || old.isNaN { return new.isNaN && (selectsLast || !old.isNaN) }
    if new == old { return selectsLast }
    return kind == .max ? new > old : new < old
  }
}
