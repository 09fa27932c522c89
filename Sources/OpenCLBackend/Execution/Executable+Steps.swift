import GraphIR
import OpenCLRuntime
import TensorCore

extension Executable {
  /// Runs the network launch by launch, waiting for each, and reads values in between, while they are there: what a
  /// debugger does. The launches, their order and their memory are those of ``run(_:)``.
  ///
  /// - Parameters:
  ///   - inputs: One tensor per graph input, by name, of exactly the planned shape.
  ///   - views: What to read after a launch of the given number, or before the first one (-1).
  ///   - got: Takes a launch's number and the values that were read after it, in the engine's axis order.
  package func step(
    _ inputs: [String: HostTensor], reading views: (Int) -> [TensorView],
    _ got: (Int, [HostTensor]) -> Void
  ) throws(InceptError) {
    try exclusively { () throws(InceptError) in
      try upload(inputs, queue.value)
      try queue.value.finish()
      for number in -1..<launches.count {
        if number >= 0 {
          try queue.value.enqueue(launches[number])
          try queue.value.finish()
        }
        let values = try views(number).map { (view) throws(InceptError) in
          try read(view, queue.value)
        }
        got(number, values)
      }
    }
  }

  /// Runs some launches, those of one node, on other values of what they read. All memory but the zeros around
  /// values holds anything afterwards; ``step(_:reading:_:)`` and ``run(_:)`` start anew.
  ///
  /// - Parameters:
  ///   - numbers: The launches, in order.
  ///   - inputs: Values of what the node reads, and where it reads them; they can be fed to the views' types.
  ///   - outputs: What to read afterwards.
  package func runAlone(
    _ numbers: [Int], feeding inputs: [(view: TensorView, tensor: HostTensor)],
    reading outputs: [TensorView]
  ) throws(InceptError) -> [HostTensor] {
    try exclusively { () throws(InceptError) in
      for input in inputs { try write(input.tensor, to: input.view, queue.value) }
      for number in numbers {
        try queue.value.enqueue(launches[number])
        try queue.value.finish()
      }
      return try outputs.map { (view) throws(InceptError) in try read(view, queue.value) }
    }
  }

  /// Writes a view's elements, and nothing between them.
  private func write(
    _ tensor: HostTensor, to view: TensorView, _ queue: borrowing Queue
  ) throws(InceptError) {
    guard case .arena(let number) = view.storage, tensor.elementCount > 0 else { return }
    if plan.regions[number].isInput {
      try memory.write(tensor, to: view, plan, queue)
      return try queue.finish()
    }
    let target = try buffer(of: view.storage)
    let start = plan.position(view.storage, view.offset)
    let precision = plan.options.precision
    try tensor.withWords(as: view.elementType) { (words) throws(InceptError) in
      if view.isDense {
        return try queue.write(target.value, elements: words, first: start, as: precision)
      }
      let around = try HostTensor(shape: [view.span]) {
        (elements: UnsafeMutableBufferPointer<Float>) throws(InceptError) in
        try queue.read(target.value, elements: elements, first: start, as: precision)
        StridedCopy.scatter(
          words, into: elements,
          view.with(offset: 0, shape: view.shape, strides: view.strides).words)
      }
      try around.withFloats { (elements) throws(InceptError) in
        try queue.write(target.value, elements: elements, first: start, as: precision)
      }
    }
    try queue.finish()
  }
}

extension Plan {
  /// The nodes of the plan's graph by the launch after which their values are there: their own last one, or for
  /// nodes that are views the last of those they look at; -1 for what is there before the first.
  package func completions(of graph: Graph) -> [Int: [NodeID]] {
    var last: [NodeID: Int] = [:]
    for (number, launch) in launches.enumerated() {
      if let node = launch.node { last[node] = number }
    }
    var result: [Int: [NodeID]] = [:]
    var done: [NodeID: Int] = [:]
    for id in graph.topologicalOrder() {
      let inputs = graph[id].inputs.map { done[$0.node] ?? -1 }
      let number = Swift.max(last[id] ?? -1, inputs.max() ?? -1)
      done[id] = number
      result[number, default: []].append(id)
    }
    return result
  }

  /// The launches of each node, in order.
  package var launchesByNode: [NodeID: [Int]] {
    var result: [NodeID: [Int]] = [:]
    for (number, launch) in launches.enumerated() {
      if let node = launch.node { result[node, default: []].append(number) }
    }
    return result
  }
}
