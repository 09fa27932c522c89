import TensorCore

extension Graph {
  /// Ids of all nodes so that every node comes after those it reads; ties in order of creation.
  ///
  /// - Complexity: O(nodes + edges).
  public func topologicalOrder() -> [NodeID] {
    var order: [NodeID] = []
    order.reserveCapacity(nodeCount)
    var state: [NodeID: Bool] = [:]  // false: being visited, true: done
    for root in nodeIDs where state[root] == nil {
      var stack = [(id: root, next: 0)]
      state[root] = false
      while let top = stack.last {
        let inputs = self[top.id].inputs
        if top.next < inputs.count {
          stack[stack.count - 1].next += 1
          let input = inputs[top.next].node
          if state[input] == nil, node(input) != nil {
            state[input] = false
            stack.append((input, 0))
          }
        } else {
          state[top.id] = true
          order.append(top.id)
          stack.removeLast()
        }
      }
    }
    return order
  }

  /// Which nodes read each value, in order of creation; a node that reads a value twice is listed twice.
  public func users() -> [ValueID: [NodeID]] {
    var users: [ValueID: [NodeID]] = [:]
    for id in nodeIDs {
      for input in self[id].inputs { users[input, default: []].append(id) }
    }
    return users
  }

  /// The values that are results.
  public var outputValues: Set<ValueID> { Set(outputs.map(\.value)) }

  /// The same graph for inputs of other shapes: every type is inferred anew.
  ///
  /// - Throws: about the first node that can't take its new shape.
  public func rebinding(_ types: [String: TensorType]) throws(InceptError) -> Graph {
    var graph = self
    for id in inputs {
      guard let type = types[self[id].name], let input = self[id].op as? any GraphInput else {
        continue
      }
      try graph.replace(id, with: input.withType(type), inputs: [])
    }
    for id in topologicalOrder() where !(self[id].op is any GraphInput) {
      try graph.replace(id, with: self[id].op, inputs: self[id].inputs)
    }
    return graph
  }
}
