import GraphIR
import Operators
import TensorCore

/// A graph being rewritten, with an index of who reads what that is kept up to date.
///
/// A fused node is put in the place of the **last** node of the chain it computes, by
/// ``replace(_:with:inputs:sources:)``, which keeps id and name: users and results need no change, and the name
/// still names that value.
struct GraphEditor {
  /// The graph as it is now. Nodes that nothing reads any more are still in it.
  private(set) var graph: Graph
  private var usersByValue: [ValueID: [NodeID]]
  private var results: Set<ValueID>
  private var unused: Set<NodeID> = []

  /// Starts to rewrite `graph`.
  init(_ graph: Graph) {
    self.graph = graph
    usersByValue = graph.users()
    results = graph.outputValues
  }

  /// Runs `body` on an editor of `graph` and puts the result back.
  static func rewrite(
    _ graph: inout Graph, _ body: (inout GraphEditor) throws(InceptError) -> Int
  ) throws(InceptError) -> Int {
    var editor = GraphEditor(graph)
    let rewrites = try body(&editor)
    graph = editor.graph
    return rewrites
  }

  /// The nodes to look at, inputs first: a snapshot; look at ``isUsed(_:)`` when its turn comes.
  var order: [NodeID] { graph.topologicalOrder() }

  /// Whether anything still reads the node.
  func isUsed(_ id: NodeID) -> Bool { !unused.contains(id) }

  /// The node of an id.
  subscript(id: NodeID) -> Node { graph[id] }

  /// Whether a value is a result of the graph.
  func isResult(_ value: ValueID) -> Bool { results.contains(value) }

  /// The nodes that read a value; one that reads it twice is listed twice.
  func users(of value: ValueID) -> [NodeID] { usersByValue[value] ?? [] }

  /// The only node that reads a value, once, if there is one and the value is not a result: the condition for
  /// fusing the two.
  func soleUser(of value: ValueID) -> Node? {
    guard !isResult(value), let users = usersByValue[value], users.count == 1 else { return nil }
    return graph[users[0]]
  }

  /// The node that computes `value` if nothing else than one reading of it depends on it.
  func soleProducer(of value: ValueID) -> Node? {
    soleUser(of: value) == nil ? nil : graph.producer(of: value)
  }

  /// Adds a node under `name` or, if that is taken, the next free one.
  mutating func add(
    _ op: any Operator, _ inputs: [ValueID] = [], name: String, sources: [String]
  ) throws(InceptError) -> ValueID {
    let value = try graph.add(op, inputs, name: graph.freeName(name), sources: Self.unique(sources))
    for input in inputs { usersByValue[input, default: []].append(value.node) }
    return value
  }

  /// Adds a constant.
  mutating func add(constant tensor: HostTensor, name: String, sources: [String])
    throws(InceptError) -> ValueID
  {
    try add(Constant(tensor), name: name, sources: sources)
  }

  /// Puts another computation in a node's place; id, name and users stay.
  mutating func replace(
    _ id: NodeID, with op: any Operator, inputs: [ValueID], sources: [String]
  ) throws(InceptError) {
    let old = graph[id].inputs
    try graph.replace(id, with: op, inputs: inputs, sources: Self.unique(sources))
    for input in inputs { usersByValue[input, default: []].append(id) }
    for input in old { release(input, by: id) }
  }

  /// Makes all users of `old`, results included, read `new`, a value of the same type.
  mutating func redirect(_ old: ValueID, to new: ValueID) throws(InceptError) {
    for user in Set(users(of: old)).sorted() {
      let node = graph[user]
      try replace(
        user, with: node.op, inputs: node.inputs.map { $0 == old ? new : $0 },
        sources: node.sources)
    }
    guard results.remove(old) != nil else { return }
    results.insert(new)
    for index in graph.outputs.indices where graph.outputs[index].value == old {
      graph.outputs[index].value = new
    }
    guard markIfUnused(old.node) else { return }
    for input in graph[old.node].inputs { release(input, by: old.node) }
  }

  /// Notes that `user` reads `value` once less, and what nothing reads any more because of that.
  private mutating func release(_ value: ValueID, by user: NodeID) {
    var pending = [(value: value, user: user)]
    while let (value, user) = pending.popLast() {
      guard var users = usersByValue[value], let index = users.firstIndex(of: user) else {
        continue
      }
      users.remove(at: index)
      usersByValue[value] = users
      guard markIfUnused(value.node) else { continue }
      pending.append(contentsOf: graph[value.node].inputs.map { ($0, value.node) })
    }
  }

  /// Whether the node has just turned out to be unused.
  private mutating func markIfUnused(_ id: NodeID) -> Bool {
    let isNeeded = graph[id].outputs.indices.contains {
      let value = ValueID(id, output: $0)
      return isResult(value) || !users(of: value).isEmpty
    }
    return !isNeeded && unused.insert(id).inserted
  }

  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
