import TensorCore

/// A typed, acyclic graph of operators. A value: passes return changed copies, nothing is shared.
public struct Graph: Sendable {
  /// Name of the model.
  public var name: String
  /// The axis order of the framework the graph came from, for tensors that cross its border.
  public var axisOrder: AxisOrder
  /// The results, in order.
  public var outputs: [GraphOutput] = []
  /// The nodes without inputs that a caller feeds, in order of declaration.
  public package(set) var inputs: [NodeID] = []

  /// Nodes whose values of four axes are in the framework's order rather than NHWC, as importers leave those that
  /// are no images.
  public private(set) var frameworkOrdered: Set<NodeID> = []

  private var nodesByID: [NodeID: Node] = [:]
  private var idsByName: [String: NodeID] = [:]
  private var nextID = 0

  /// An empty graph.
  public init(name: String, axisOrder: AxisOrder = .nhwc) {
    self.name = name
    self.axisOrder = axisOrder
  }

  /// The number that the next node's id gets.
  package var nextNodeNumber: Int { nextID }

  /// Number of nodes.
  public var nodeCount: Int { nodesByID.count }

  /// All node ids, in order of creation (not necessarily topological; see ``topologicalOrder()``).
  public var nodeIDs: [NodeID] { nodesByID.keys.sorted() }

  /// The node with the given id, which must be of this graph.
  public subscript(id: NodeID) -> Node {
    guard let node = nodesByID[id] else { preconditionFailure("no node \(id) in '\(name)'") }
    return node
  }

  /// The node with the given id, if it is still there.
  public func node(_ id: NodeID) -> Node? { nodesByID[id] }

  /// The node of the given name.
  public func node(named name: String) -> Node? { idsByName[name].flatMap { nodesByID[$0] } }

  /// The node that computes a value.
  public func producer(of value: ValueID) -> Node { self[value.node] }

  /// Type of a value.
  public func type(of value: ValueID) -> TensorType { self[value.node].outputs[value.output] }

  /// Adds a node and returns its first value.
  ///
  /// - Throws: what the operator's `inferOutputs` throws, about the node; or a duplicate name's error.
  @discardableResult
  public mutating func add(
    _ op: any Operator, _ inputs: [ValueID] = [], name: String, sources: [String]? = nil
  ) throws(InceptError) -> ValueID {
    let subject = "\(op.mnemonic) '\(name)'"
    guard idsByName[name] == nil else {
      throw InceptError(
        .badData, subject: subject, expected: "expected unique node names",
        found: "a second node of that name")
    }
    let types = try infer(op, inputs, subject: subject)
    let id = NodeID(rawValue: nextID)
    nextID += 1
    nodesByID[id] = Node(
      id: id, name: name, op: op, inputs: inputs, outputs: types, sources: sources ?? [name])
    idsByName[name] = id
    if op is any GraphInput { self.inputs.append(id) }
    return ValueID(id)
  }

  /// Replaces a node's operator and inputs, keeping its id and name. Its outputs' types are inferred anew;
  /// users must accept them (the next ``verify()`` checks).
  public mutating func replace(
    _ id: NodeID, with op: any Operator, inputs: [ValueID], sources: [String]? = nil
  ) throws(InceptError) {
    let types = try infer(op, inputs, subject: "\(op.mnemonic) '\(self[id].name)'")
    nodesByID[id]?.op = op
    nodesByID[id]?.inputs = inputs
    nodesByID[id]?.outputs = types
    if let sources { nodesByID[id]?.sources = sources }
  }

  /// Notes that a node's values are in the framework's axis order already; see ``frameworkOrdered``.
  public mutating func markFrameworkOrdered(_ id: NodeID) { frameworkOrdered.insert(id) }

  /// Renames a node; the name must be free.
  public mutating func rename(_ id: NodeID, to name: String) {
    precondition(idsByName[name] == nil || idsByName[name] == id, "name '\(name)' is taken")
    idsByName[self[id].name] = nil
    idsByName[name] = id
    nodesByID[id]?.name = name
  }

  /// Makes every user of `old` (results included) read `new` instead, but for the node `exempt`.
  public mutating func replaceUses(
    of old: ValueID, with new: ValueID, except exempt: NodeID? = nil
  ) {
    for (id, node) in nodesByID where node.inputs.contains(old) && id != exempt {
      nodesByID[id]?.inputs = node.inputs.map { $0 == old ? new : $0 }
    }
    for index in outputs.indices where outputs[index].value == old { outputs[index].value = new }
  }

  /// Removes every node that no result depends on, declared inputs apart. Returns how many went.
  @discardableResult
  public mutating func removeUnused() -> Int {
    var reachable = Set(inputs)
    var pending = outputs.map(\.value.node)
    while let id = pending.popLast() {
      guard reachable.insert(id).inserted || inputs.contains(id) else { continue }
      pending.append(contentsOf: self[id].inputs.map(\.node))
    }
    let before = nodesByID.count
    for (id, node) in nodesByID where !reachable.contains(id) {
      nodesByID[id] = nil
      idsByName[node.name] = nil
    }
    return before - nodesByID.count
  }

  /// A node name that is free: `base`, or `base.2`, `base.3`, …
  public func freeName(_ base: String) -> String {
    guard idsByName[base] != nil else { return base }
    var number = 2
    while idsByName["\(base).\(number)"] != nil { number += 1 }
    return "\(base).\(number)"
  }

  /// The types of `values`.
  public func types(of values: [ValueID]) -> [TensorType] { values.map { type(of: $0) } }

  private func infer(_ op: any Operator, _ inputs: [ValueID], subject: String)
    throws(InceptError) -> [TensorType]
  {
    for input in inputs {
      guard let node = nodesByID[input.node], node.outputs.indices.contains(input.output) else {
        throw InceptError(
          .software, subject: subject, expected: "expected inputs of the same graph",
          found: "\(input)")
      }
    }
    let inferred: [TensorType]
    do {
      inferred = try op.inferOutputs(types(of: inputs))
    } catch {
      throw error.about(subject)
    }
    for type in inferred {
      guard let count = type.shape.checkedElementCount, count <= Self.maximumElementCount,
        type.shape.dimensions.allSatisfy({ $0 <= Self.maximumElementCount })
      else {
        throw InceptError(
          .badData, subject: subject, expected: "expected values of at most 2^40 elements",
          found: "\(type)")
      }
    }
    return inferred
  }

  /// More elements than this in one value are a mistake, or an attack; with fewer no sum or product of sizes
  /// overflows.
  static let maximumElementCount = 1 << 40
}

/// Marks the operator whose nodes a caller feeds.
public protocol GraphInput: Operator {
  /// The type that callers feed.
  var type: TensorType { get }

  /// The same input with another type.
  func withType(_ type: TensorType) -> any GraphInput
}
