import GraphIR
import TensorCore

extension PlanBuilder {
  /// The view of a value if its elements lie in C order without gaps, else a copy that is made first.
  package mutating func denseView(_ value: ValueID) throws(InceptError) -> TensorView {
    let view = try view(value)
    return view.isDense ? view : try copied(view)
  }

  /// The view of a value of one-word elements if those along its last axis are neighbours, else a copy that is made first.
  package mutating func rowsView(_ value: ValueID) throws(InceptError) -> TensorView {
    let view = try view(value)
    guard let extent = view.shape.dimensions.last, let stride = view.strides.last, extent > 1,
      stride != 1
    else { return view }
    return try copied(view)
  }

  private mutating func copied(_ view: TensorView) throws(InceptError) -> TensorView {
    let copy = scratch(view.shape, view.elementType, name: "copy")
    try emitCopy(from: view, to: copy)
    return copy
  }

  /// Emits a copy between two views of equal shape and type, of any rank and with any strides.
  package mutating func emitCopy(
    from source: TensorView, to target: TensorView, step: String? = "copy"
  ) throws(InceptError) {
    guard target.shape.elementCount > 0 else { return }
    guard source.shape == target.shape, source.elementType == target.elementType else {
      throw InceptError(
        .software, subject: "copy",
        expected: "expected \(target.elementType.rawValue)\(target.shape)",
        found: "\(source.elementType.rawValue)\(source.shape)")
    }
    try Elementwise(expression: "(a)", operands: [source], output: target).emit(
      into: &self, step: step)
  }

  /// Computes a node that only looks at its input in another way: nothing where the planner made its value that
  /// view, a copy otherwise.
  package mutating func emitView(_ source: TensorView, of node: Node) throws(InceptError) {
    let target = try view(node.value)
    if target.coincides(with: source) { return }
    try emitCopy(from: source, to: target, step: nil)
  }
}
