import Operators
import Passes

extension Model {
  /// The network for inputs of the given shapes and with further results.
  ///
  /// - Throws: `.usage` for names that are no nodes; what a node throws that can't take its new shape.
  func requesting(
    _ shapes: [String: Shape] = [:], outputs: [String] = []
  ) throws(InceptError) -> Graph {
    var changed: [String: TensorType] = [:]
    for input in inputs {
      guard let shape = shapes[input.name], shape != input.shape else { continue }
      changed[input.name] = TensorType(shape, input.elementType)
    }
    var graph = graph
    if let onnx, !changed.isEmpty { graph = try onnx.graph(shapes: shapes) }
    for name in outputs where !graph.outputs.contains(where: { $0.name == name }) {
      guard let node = graph.node(named: name) ?? graph.node(named: Self.node(of: name)) else {
        throw unknownValue(name)
      }
      graph.outputs.append(
        GraphOutput(
          name: name, value: node.value,
          isFrameworkOrdered: graph.frameworkOrdered.contains(node.id)))
    }
    return changed.isEmpty || onnx != nil ? graph : try graph.rebinding(changed)
  }

  /// TensorFlow's `name:0` is the value of the node `name`.
  private static func node(of name: String) -> String {
    name.hasSuffix(":0") ? String(name.dropLast(2)) : name
  }

  /// The same, after all passes.
  func optimised(
    _ shapes: [String: Shape] = [:], outputs: [String] = []
  ) throws(InceptError) -> Graph {
    try PassPipeline().run(requesting(shapes, outputs: outputs)).graph
  }

  /// Shapes of the inputs for a batch of `count`; as they are where the network has no batch.
  func shapes(batch count: Int) -> [String: Shape] {
    Dictionary(
      uniqueKeysWithValues: inputs.map { input in
        let rest = input.shape.dimensions.dropFirst()
        let isFixed = hasFixedShapes || input.shape.rank == 0
        return (input.name, isFixed ? input.shape : Shape([count] + rest))
      })
  }

  private func unknownValue(_ name: String) -> InceptError {
    let nodes = graph.topologicalOrder().map { graph[$0] }.filter { $0.op.isComputed }
    let close = CloseMatches.of(name, among: outputs + nodes.map(\.name))
    return InceptError(
      .usage, subject: "output '\(name)'",
      expected: "expected a result or a node of \(self.name)", found: "none of that name",
      hint: close.isEmpty
        ? "`incept graph MODEL` lists the nodes" : "did you mean \(close.joined(separator: ", "))?")
  }
}

extension Operator {
  /// Whether a node with this operator computes something: it is neither an input nor a constant.
  var isComputed: Bool { !(self is any GraphInput) && !(self is Constant) }
}
