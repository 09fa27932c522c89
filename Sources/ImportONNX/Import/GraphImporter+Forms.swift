import GraphIR
import Operators
import Reference
import TensorCore

/// Adding nodes, computing what is constant, and going between ONNX's axis order and images.
extension GraphImporter {
  /// The number of the next node.
  var nextNodeNumber: Int { graph.nextNodeNumber }

  /// Adds a node, or a constant where it depends on small constants only.
  func add(
    _ op: any Operator, _ inputs: [ValueID], name: String, sources: [String]
  ) throws(InceptError) -> ValueID {
    let op = exact(op, inputs)
    if let folded = try fold(op, inputs) {
      return try graph.add(Constant(folded), name: auxiliaryName(name), sources: sources)
    }
    let id = try graph.add(op, inputs, name: auxiliaryName(name), sources: sources)
    for type in graph[id.node].outputs { try requireSize(type.shape) }
    try know(id, op, inputs)
    return id
  }

  /// Requires that a value can be calculated with, its extents of 0 left aside.
  func requireSize(_ shape: Shape) throws(InceptError) {
    let count = Shape(shape.dimensions.map { max($0, 1) }).checkedElementCount
    guard let count, count <= Self.elementLimit else {
      throw failure("expected values of at most \(Self.elementLimit) elements", "\(shape)")
    }
  }

  /// Requires that `count` elements may still be made of nothing: ranges, masks and their like.
  func charge(_ count: Int) throws(InceptError) {
    guard count <= madeBudget else {
      throw failure("expected at most \(Self.madeLimit) elements made while loading", "more")
    }
    madeBudget -= count
  }

  /// The operator itself, but a reshape to extents of 0 where the input has others there: the operator takes 0 for the
  /// input's.
  private func exact(_ op: any Operator, _ inputs: [ValueID]) -> any Operator {
    guard let reshape = op as? Reshape, reshape.dimensions.contains(0), let input = inputs.first
    else { return op }
    let shape = graph.type(of: input).shape
    return Reshape(
      reshape.dimensions.enumerated().map { axis, extent in
        extent == 0 && (axis >= shape.rank || shape[axis] != 0) ? -1 : extent
      })
  }

  /// Computes a value beforehand where its inputs are constant or known: it may decide on a shape.
  private func know(
    _ id: ValueID, _ op: any Operator, _ inputs: [ValueID]
  ) throws(InceptError) {
    guard !known.isEmpty, !inputs.isEmpty else { return }
    var tensors: [HostTensor] = []
    var origins: Set<String> = []
    for input in inputs {
      guard let tensor = graph.constant(input) ?? known[input]?.tensor else { return }
      tensors.append(tensor)
      origins.formUnion(known[input]?.inputs ?? [])
    }
    let results = try evaluated(op, tensors, graph.types(of: inputs), limit: Self.knownLimit)
    for (index, result) in (results ?? []).enumerated() {
      known[ValueID(id.node, output: index)] = (result, origins)
    }
  }

  /// Elements up to which values that may decide on shapes are computed beforehand.
  static let knownLimit = 1 << 10

  /// Adds a constant.
  func add(constant tensor: HostTensor, name: String) throws(InceptError) -> ValueID {
    try graph.add(Constant(tensor), name: auxiliaryName(name))
  }

  /// Defines a value that is known.
  func define(
    _ name: String, constant tensor: HostTensor, in scope: Scope
  ) throws(InceptError) {
    let id = try graph.add(
      Constant(tensor), name: graph.node(named: name) == nil ? name : auxiliaryName(name))
    graph.markFrameworkOrdered(id.node)
    scope.define(name, Value(name: name, type: graph.type(of: id), plain: id, image: nil))
  }

  private func fold(_ op: any Operator, _ inputs: [ValueID]) throws(InceptError) -> HostTensor? {
    let tensors = inputs.compactMap { graph.constant($0) }
    guard !inputs.isEmpty, tensors.count == inputs.count else { return nil }
    let results = try evaluated(op, tensors, graph.types(of: inputs), limit: Self.foldingLimit)
    return results?.count == 1 ? results?.first : nil
  }

  /// What an operator makes of known tensors; nil where that is more work than shape arithmetic is.
  private func evaluated(
    _ op: any Operator, _ tensors: [HostTensor], _ types: [TensorType], limit: Int
  ) throws(InceptError) -> [HostTensor]? {
    // Windows make these slower than their size tells.
    if op is Pool2D || op is LpPool2D || op is LRN || op is Resize { return nil }
    guard let evaluable = op as? any ReferenceEvaluable,
      tensors.allSatisfy({ $0.elementCount <= limit })
    else { return nil }
    let outputs = try op.inferOutputs(types)
    guard outputs.allSatisfy({ $0.shape.elementCount <= limit }),
      op.cost(inputs: types, outputs: outputs).multiplyAdds <= limit * 16
    else { return nil }
    let work = (tensors.map(\.elementCount) + outputs.map(\.shape.elementCount)).reduce(256, +)
    guard foldingBudget >= work else { return nil }
    foldingBudget -= work
    return try evaluable.evaluate(tensors.map { ReferenceTensor($0) }).map(\.hostTensor)
  }

  /// A value in ONNX's axis order.
  func plain(_ value: Value) throws(InceptError) -> ValueID {
    if let id = value.plain { return id }
    guard let image = value.image else {
      throw failure("expected a value for '\(value.name)'", "none")
    }
    var id = try add(
      Transpose.toNCHW, [image], name: "\(value.name).nchw", sources: [value.name])
    if value.shape.rank == 3 {
      id = try add(
        Reshape(value.shape.dimensions), [id], name: "\(value.name).ncw", sources: [value.name])
    }
    graph.markFrameworkOrdered(id.node)
    value.plain = id
    return id
  }

  /// A value as an image; its rank must allow that.
  func image(_ value: Value) throws(InceptError) -> ValueID {
    if let id = value.image { return id }
    var id = try plain(value)
    if value.shape.rank == 3 {
      let shape = value.shape
      id = try add(
        Reshape([shape[0], shape[1], 1, shape[2]]), [id], name: "\(value.name).nc1w",
        sources: [value.name])
    }
    id = try add(Transpose.toNHWC, [id], name: "\(value.name).nhwc", sources: [value.name])
    value.image = id
    return id
  }

  /// The form of a value that costs nothing: an image where it has been one.
  func operand(_ value: Value) throws(InceptError) -> Operand {
    if let image = value.image { return Operand(id: image, shape: value.shape, isImage: true) }
    return Operand(id: try plain(value), shape: value.shape, isImage: false)
  }

  /// The form that is asked for.
  func operand(_ value: Value, asImage: Bool) throws(InceptError) -> Operand {
    Operand(
      id: asImage ? try image(value) : try plain(value), shape: value.shape, isImage: asImage)
  }
}
