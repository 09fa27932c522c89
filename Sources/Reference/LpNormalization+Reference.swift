import Operators
import TensorCore

extension LpNormalization: ReferenceEvaluable {
  /// Every element divided by its vector's norm.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    _ = try outputShapes(inputs)
    var result = inputs[0]
    let groups = result.groups(along: result.shape.normalizedAxes([axis]) ?? [])
    let norms = groups.elements.map((p == 1 ? ReduceKind.l1 : .l2).apply)
    for (index, group) in groups.ofElement.enumerated() {
      result.values[index] = norms[group] == 0 ? 0 : result.values[index] / norms[group]
    }
    return [result]
  }
}
