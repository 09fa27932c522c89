import GraphIR
import Operators
import TensorCore

extension Graph {
  /// Adds the nodes that compute the gradient of a loss by some values, by reverse-mode differentiation.
  ///
  /// What is added is an ordinary part of the graph: its nodes are named `gradient/<node>/…`. Activations fused into nodes on
  /// the way are split off first (`<node>/activation`), so this comes before any pass. Where the loss has more than one
  /// element, the gradient is that of their sum. Sums over several uses of a value are in one fixed order.
  ///
  /// - Parameters:
  ///   - loss: a float32 value of any shape.
  ///   - values: float32 values: inputs, constants or computed ones, as they are before anything is split.
  /// - Returns: for each of `values` its gradient, of its type; zeros where the loss does not depend on it.
  /// - Throws: about all nodes between `values` and `loss` that have no rule, or values that are not float32.
  package mutating func appendGradients(of loss: ValueID, by values: [ValueID])
    throws(InceptError) -> [ValueID]
  {
    for value in [loss] + values where type(of: value).elementType != .float32 {
      throw InceptError(
        .badData, subject: "the gradient of '\(label(loss))' by '\(label(value))'",
        expected: "expected float32", found: type(of: value).elementType.rawValue)
    }
    var graph = self
    var moved: [ValueID: ValueID] = [:]
    for id in graph.dependence(of: loss, on: values).path {
      if let result = try graph.splitActivation(of: id) { moved[ValueID(id)] = result }
    }
    let (loss, values) = (moved[loss] ?? loss, values.map { moved[$0] ?? $0 })
    let dependence = graph.dependence(of: loss, on: values)
    let lacking = dependence.path.map { graph[$0] }.filter { !($0.op is any Differentiable) }
    guard lacking.isEmpty else {
      throw InceptError(
        .badData, subject: "the gradient of '\(graph.label(loss))'",
        expected: "expected operators with a gradient",
        found: lacking.map(\.subject).joined(separator: ", "))
    }
    var sweep = try BackwardSweep(graph, from: loss, active: dependence.active)
    for id in dependence.path.reversed() { try sweep.visit(id) }
    var gradients: [ValueID] = []
    for value in values {
      if let gradient = try sweep.gradient(by: value) {
        gradients.append(gradient)
      } else {
        gradients.append(try sweep.zeros(like: value))
      }
    }
    self = sweep.builder.graph
    return gradients
  }

  /// The float32 values through which `loss` depends on `values`, these included; and the nodes that compute them from one
  /// another, in topological order.
  private func dependence(of loss: ValueID, on values: [ValueID])
    -> (active: Set<ValueID>, path: [NodeID])
  {
    var active = Set(values)
    var needed: Set<NodeID> = [loss.node]
    let order = topologicalOrder()
    for id in order.reversed() where needed.contains(id) {
      for input in self[id].inputs { needed.insert(input.node) }
    }
    var path: [NodeID] = []
    for id in order where needed.contains(id) {
      let node = self[id]
      guard node.inputs.contains(where: { active.contains($0) }) else { continue }
      var isOnPath = false
      for (index, type) in node.outputs.enumerated() where type.elementType == .float32 {
        active.insert(ValueID(id, output: index))
        isOnPath = true
      }
      if isOnPath { path.append(id) }
    }
    return (active, path)
  }

  /// Makes a fused activation a node of its own, which all readers read; nil where there is none.
  private mutating func splitActivation(of id: NodeID) throws(InceptError) -> ValueID? {
    let node = self[id]
    guard let op = node.op as? any FusedActivation, let activation = op.activation else {
      return nil
    }
    try replace(id, with: op.withoutActivation(), inputs: node.inputs)
    let result = try add(
      Unary(activation), [node.value], name: freeName("\(node.name)/activation"),
      sources: node.sources)
    replaceUses(of: node.value, with: result, except: result.node)
    return result
  }
}

/// One walk from a loss back to what it depends on.
private struct BackwardSweep {
  private(set) var builder: GradientBuilder
  private let active: Set<ValueID>
  /// What has come together of each value's gradient.
  private var parts: [ValueID: [ValueID]] = [:]

  init(_ graph: Graph, from loss: ValueID, active: Set<ValueID>) throws(InceptError) {
    builder = GradientBuilder(graph)
    self.active = active
    builder.enter(graph[loss.node].name)
    parts[loss] = [try builder.filled(graph.type(of: loss).shape, with: 1)]
  }

  /// Adds the gradients by the inputs of a node whose readers were all visited.
  mutating func visit(_ id: NodeID) throws(InceptError) {
    let node = builder.graph[id]
    var upstream: [ValueID?] = []
    for index in node.outputs.indices {
      upstream.append(try gradient(by: ValueID(id, output: index)))
    }
    guard let op = node.op as? any Differentiable, upstream.contains(where: { $0 != nil }) else {
      return
    }
    builder.enter(node.name)
    let wanted = node.inputs.map { active.contains($0) }
    let gradients = try op.gradients(of: node, upstream: upstream, wanted: wanted, in: &builder)
    for (index, gradient) in gradients.enumerated() where wanted[index] {
      guard let gradient else { continue }
      let (found, expected) = (
        builder.graph.type(of: gradient), builder.graph.type(of: node.inputs[index])
      )
      guard found == expected else {
        throw InceptError(
          .software, subject: "the gradient of \(node.subject) by input \(index)",
          expected: "expected \(expected)", found: "\(found)",
          hint: "this is a bug of Incept; please report it with the command you ran")
      }
      parts[node.inputs[index], default: []].append(gradient)
    }
  }

  /// The sum of what has come together; nil where nothing has.
  mutating func gradient(by value: ValueID) throws(InceptError) -> ValueID? {
    builder.enter(builder.graph[value.node].name)
    if let joined = try builder.joinPieces(of: value) { parts[value, default: []].append(joined) }
    guard var sum = parts[value]?.first else { return nil }
    for part in parts[value]?.dropFirst() ?? [] { sum = try builder.add(sum, part) }
    parts[value] = [sum]
    return sum
  }

  /// Zeros of a value's shape.
  mutating func zeros(like value: ValueID) throws(InceptError) -> ValueID {
    builder.enter(builder.graph[value.node].name)
    return try builder.filled(builder.shape(value), with: 0)
  }
}
