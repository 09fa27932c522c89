import GraphIR
import TensorCore

/// Computes single values of a graph with the operators' reference definitions, when they are asked for.
///
/// Memory is bounded: a value is kept only until every node that needs it has read it, and until it was asked for as
/// often as was announced.
package struct LazyReference {
  /// Nodes computed so far.
  package private(set) var done = 0
  /// Nodes that have to be computed for all values that were announced.
  package let total: Int

  private let graph: Graph
  private let feeds: [String: HostTensor]
  private var values: [ValueID: ReferenceTensor] = [:]
  private var pendingReads: [ValueID: Int] = [:]

  /// Prepares for being asked for each of `wanted` once; values that occur twice may be asked for twice.
  ///
  /// - Parameter feeds: a tensor for every input of the graph, by the input node's name.
  package init(_ graph: Graph, feeding feeds: [String: HostTensor], wanted: [ValueID]) {
    self.graph = graph
    self.feeds = feeds
    var needed: Set<NodeID> = []
    var open = wanted.map(\.node)
    while let id = open.popLast() {
      guard needed.insert(id).inserted else { continue }
      for input in graph[id].inputs {
        pendingReads[input, default: 0] += 1
        open.append(input.node)
      }
    }
    for value in wanted { pendingReads[value, default: 0] += 1 }
    total = needed.count
  }

  /// One of the announced values.
  ///
  /// - Parameter progress: called after each node that had to be computed.
  /// - Throws: about a missing feed, one of another shape, or a node without a reference.
  package mutating func value(
    _ value: ValueID, progress: (LazyReference) -> Void = { _ in }
  ) throws(InceptError) -> ReferenceTensor {
    var open = [value.node]
    while let id = open.last {
      guard values[ValueID(id)] == nil, !hasOutput(id) else {
        open.removeLast()
        continue
      }
      let node = graph[id]
      let missing = node.inputs.filter { values[$0] == nil }
      guard missing.isEmpty else {
        open += missing.map(\.node)
        continue
      }
      try compute(node)
      open.removeLast()
      progress(self)
    }
    guard let result = values[value] else {
      throw ReferenceEvaluator.broken(
        graph[value.node], "a value that was announced", "another one")
    }
    read(value)
    return result
  }

  private func hasOutput(_ id: NodeID) -> Bool {
    graph[id].outputs.indices.contains { values[ValueID(id, output: $0)] != nil }
  }

  private mutating func compute(_ node: Node) throws(InceptError) {
    let outputs = try ReferenceEvaluator.evaluate(
      node, node.inputs.compactMap { values[$0] }, feeds)
    guard outputs.map(\.type) == node.outputs else {
      throw ReferenceEvaluator.broken(node, "\(node.outputs)", "\(outputs.map(\.type))")
    }
    for (index, output) in outputs.enumerated() {
      let value = ValueID(node.id, output: index)
      if pendingReads[value, default: 0] > 0 { values[value] = output }
    }
    for input in node.inputs { read(input) }
    done += 1
  }

  private mutating func read(_ value: ValueID) {
    pendingReads[value, default: 0] -= 1
    if pendingReads[value, default: 0] <= 0 { values[value] = nil }
  }
}

extension ReferenceEvaluator {
  /// The outputs of one node alone, for values of its inputs.
  ///
  /// - Throws: what the operator throws, about the node; for a node without a reference.
  package static func outputs(
    of node: Node, _ inputs: [ReferenceTensor]
  ) throws(InceptError) -> [ReferenceTensor] {
    try evaluate(node, inputs, [:])
  }
}
