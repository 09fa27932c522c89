import GraphIR
import Operators
import TensorCore

extension Concat: OpenCLLowerable {
  /// Nothing where the inputs were computed in place; a copy for each that could not be.
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let output = try builder.view(node.value)
    guard let axis = output.shape.normalizedAxis(axis) else { return }
    var start = 0
    for input in node.inputs {
      let source = try builder.view(input)
      let place = output.slice(axis: axis, start: start, count: source.shape[axis])
      if !source.coincides(with: place) { try builder.emitCopy(from: source, to: place) }
      start += source.shape[axis]
    }
  }
}
