import ProtobufMessages
import TensorCore

/// Functions of a model and branches whose condition is known: their nodes take the place of the call.
extension GraphImporter {
  /// Functions and branches within each other.
  static let inliningDepth = 24

  /// Puts a function's nodes in the place of a node that calls it.
  func inline(_ body: Onnx_FunctionProto, _ call: NodeContext) throws(InceptError) {
    guard call.scope.depth < Self.inliningDepth else {
      throw fatal("expected functions at most \(Self.inliningDepth) deep", "more")
    }
    let scope = Scope(
      parent: nil, prefix: "\(call.scope.prefix)\(call.name)/",
      versions: try Self.versions(body.opsetImport, model.source), depth: call.scope.depth + 1)
    var leftOut: Set<String> = []
    for (index, name) in body.input.enumerated() {
      guard index < call.node.input.count, !call.node.input[index].isEmpty else {
        leftOut.insert(name)
        continue
      }
      if let value = call.scope.value(call.node.input[index]) {
        scope.define(name, value)
      } else {
        scope.miss(name)
      }
    }
    var attributes = Dictionary(
      body.attributeProto.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    for attribute in call.node.attribute { attributes[attribute.name] = attribute }
    let nodes = body.node.map { Self.substitute(attributes, in: Self.leavingOut(leftOut, $0)) }
    try add(nodes, scope)
    pass(body.output, of: scope, to: call)
  }

  /// Puts a branch's nodes in the place of an `If` whose condition is known.
  func inline(branch: Onnx_GraphProto, _ call: NodeContext) throws(InceptError) {
    guard call.scope.depth < Self.inliningDepth else {
      throw fatal("expected branches at most \(Self.inliningDepth) deep", "more")
    }
    let scope = Scope(
      parent: call.scope, prefix: "\(call.scope.prefix)\(call.name)/",
      versions: call.scope.versions, depth: call.scope.depth + 1)
    for tensor in branch.initializer {
      let value = try model.reader.tensor(tensor, name: tensor.name)
      let id = try add(constant: value, name: scope.prefix + tensor.name)
      scope.define(
        tensor.name,
        Value(name: tensor.name, type: graph.type(of: id), plain: id, image: nil))
    }
    try add(branch.node, scope)
    pass(branch.output.map(\.name), of: scope, to: call)
  }

  private func pass(_ names: [String], of scope: Scope, to call: NodeContext) {
    for (name, result) in zip(names, call.node.output) where !result.isEmpty {
      if let value = scope.value(name) {
        call.scope.define(
          result, Value(name: result, type: value.type, plain: value.plain, image: value.image))
        if let id = value.plain ?? value.image, id.output == 0,
          graph[id.node].name.hasPrefix(scope.prefix)
        {
          rename(id.node, to: call.scope.prefix + result)
        }
      } else {
        call.scope.miss(result)
      }
    }
  }

  /// A node without the inputs of its function that the call leaves out.
  private static func leavingOut(_ names: Set<String>, _ node: Onnx_NodeProto) -> Onnx_NodeProto {
    var result = node
    result.input = node.input.map { names.contains($0) ? "" : $0 }
    return result
  }

  /// A node with the call's attributes in place of references to them.
  private static func substitute(
    _ attributes: [String: Onnx_AttributeProto], in node: Onnx_NodeProto
  ) -> Onnx_NodeProto {
    var result = node
    result.attribute = node.attribute.compactMap { attribute in
      var found = attribute
      if !attribute.refAttrName.isEmpty {
        guard let given = attributes[attribute.refAttrName] else { return nil }
        found = given
        found.name = attribute.name
      }
      if found.hasG { found.g.node = found.g.node.map { substitute(attributes, in: $0) } }
      return found
    }
    return result
  }
}
