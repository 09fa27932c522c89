import GraphIR
import Operators
import TensorCore

extension PlanBuilder {
  /// Emits a copy between two views of equal shape, any strides, up to six axes after joining.
  mutating func emitCopy(from source: TensorView, to target: TensorView, step: String? = "copy")
    throws(InceptError)
  {
    throw InceptError(.software, subject: "copy", expected: "expected the copy kernel")
  }
}

extension Concat: OpenCLLowerable {
  /// Nothing where the inputs were computed in place; a copy for each that could not be.
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let output = try builder.view(node.value)
    guard let axis = output.shape.normalizedAxis(axis) else { return }
    var start = 0
    for input in node.inputs {
      let source = try builder.view(input)
      let place = output.slice(axis: axis, start: start, count: source.shape[axis])
      if source != place { try builder.emitCopy(from: source, to: place) }
      start += source.shape[axis]
    }
  }
}
