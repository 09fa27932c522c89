import Differentiation
import GraphIR
import Operators
import Reference
import TensorCore
import TestSupport

/// A graph with a loss whose gradient is checked against differences of the loss.
struct GradientProblem {
  /// What it is about.
  let name: String
  /// Inputs only are fed; the loss is the output `loss`.
  private(set) var graph: Graph
  private(set) var feeds: [String: HostTensor]
  private(set) var loss: ValueID
  /// The inputs by which the loss is differentiated.
  let inputs: [ValueID]

  /// Half the distance between the two points of a difference. Elements of inputs that are not smooth everywhere keep
  /// farther away from one another and from whole numbers than that.
  private let step: Float

  /// The sum of a node's float32 outputs, each element times a random weight.
  init(_ sample: OperatorSample) throws {
    name = sample.name
    var random = RandomSource(name: "gradient of \(sample.name)")
    var graph = Graph(name: sample.name)
    var feeds: [String: HostTensor] = [:]
    var values: [ValueID] = []
    var inputs: [ValueID] = []
    for (index, operand) in sample.operands.enumerated() {
      let name = "input\(index)"
      let value = try graph.add(Input(TensorType(operand.shape, operand.type)), name: name)
      values.append(value)
      if operand.type == .float32 {
        inputs.append(value)
        feeds[name] = random.distinct(operand.shape, in: operand.range, shifted: index)
      } else {
        feeds[name] = random.tensor(operand.shape, in: operand.range, operand.type)
      }
    }
    let node = try graph.add(sample.op, values, name: "node").node
    var sum: ValueID?
    for (index, type) in graph[node].outputs.enumerated() where type.elementType == .float32 {
      let weights = try graph.add(
        Constant(random.tensor(type.shape, in: 0.5...1.5)), name: "weights\(index)")
      let products = try graph.add(
        Binary(.mul), [ValueID(node, output: index), weights], name: "products\(index)")
      let part = try graph.add(
        Reduce(.sum, keepsAxes: false), [products], name: "part\(index)")
      sum = try sum.map { try graph.add(Binary(.add), [$0, part], name: "sum\(index)") } ?? part
    }
    guard let sum else { throw ProblemError(message: "\(sample.name): no float32 output") }
    self.graph = graph
    self.feeds = feeds
    self.inputs = inputs
    loss = sum
    step = 0x1p-16
    self.graph.outputs = [GraphOutput(name: "loss", value: sum)]
  }

  /// A loss of a network.
  init(
    _ name: String, _ graph: Graph, _ feeds: [String: HostTensor], loss: ValueID,
    inputs: [ValueID]
  ) {
    self.name = name
    self.graph = graph
    self.feeds = feeds
    self.loss = loss
    self.inputs = inputs
    // Small, as networks have many corners; their numbers leave room for it.
    step = 0x1p-20
    self.graph.outputs = [GraphOutput(name: "loss", value: loss)]
  }

  /// The graph with its gradients as outputs named after the inputs.
  func withGradients() throws -> Graph {
    var graph = graph
    let gradients = try graph.appendGradients(of: loss, by: inputs)
    for (input, gradient) in zip(inputs, gradients) {
      graph.outputs.append(GraphOutput(name: graph[input.node].name, value: gradient))
    }
    graph.removeUnused()
    try graph.verify()
    return graph
  }

  /// What is wrong with the gradients: the worst element of those tried; nil where all are right.
  ///
  /// - Parameter probes: how many elements of each input are tried, beside a random direction.
  func mismatch(probes: Int, tolerance: Double = 1e-6) throws -> String? {
    let results = try ReferenceEvaluator.evaluate(try withGradients(), feeding: feeds)
    var random = RandomSource(name: "probes of \(name)")
    for input in inputs {
      let key = graph[input.node].name
      guard let gradient = results[key]?.values, let feed = feeds[key], !gradient.isEmpty else {
        continue
      }
      let values = feed.floats()
      let largest = max(gradient.map(abs).max() ?? 0, 1e-3)
      for probe in 0...min(probes, values.count) {
        var direction = [Float](repeating: 0, count: values.count)
        if probe == 0 {
          for index in direction.indices { direction[index] = random.oneIn(2) ? 1 : -1 }
        } else {
          let isComplete = values.count <= probes
          direction[isComplete ? probe - 1 : random.int(in: 0...values.count - 1)] = 1
        }
        let terms = zip(direction, gradient).map { Double($0) * $1 }
        let expected = terms.reduce(0, +)
        let scale = max(largest, terms.reduce(0) { $0 + abs($1) })
        // Where a corner lies between the two points of a difference, it does not between nearer ones.
        var found = 0.0
        for step in [step, step / 16] {
          let high = zip(values, direction).map { $0 + step * $1 }
          let low = zip(values, direction).map { $0 - step * $1 }
          found = try (loss(key, high) - loss(key, low)) / (2 * Double(step))
          if abs(found - expected) <= tolerance * scale { break }
        }
        guard abs(found - expected) <= tolerance * scale else {
          return """
            \(name): gradient by \(key) \(probe == 0 ? "in a direction" : "of an element") is \
            \(expected), the difference \(found), largest \(scale)
            """
        }
      }
    }
    return nil
  }

  private func loss(_ key: String, _ values: [Float]) throws -> Double {
    var feeds = feeds
    if let feed = feeds[key] { feeds[key] = HostTensor(shape: feed.shape, floats: values) }
    return try ReferenceEvaluator.evaluate(graph, feeding: feeds)["loss"]?.values[0] ?? .nan
  }
}

/// A problem that makes no sense.
struct ProblemError: Error, CustomStringConvertible {
  let message: String
  var description: String { message }
}

extension RandomSource {
  /// Different numbers of a range, each exact in float32 after a step either way, away from multiples of their spacing;
  /// tensors shifted differently have no element in common.
  mutating func distinct(_ shape: Shape, in range: ClosedRange<Float>, shifted: Int)
    -> HostTensor
  {
    let count = shape.elementCount
    var spacing: Float = 0x1p-4
    while Float(count) * spacing * 1.25 > range.upperBound - range.lowerBound, spacing > 0x1p-11 {
      spacing /= 2
    }
    let first = Int((range.lowerBound / spacing).rounded(.up))
    let last = max(first, Int((range.upperBound / spacing).rounded(.down)) - 1)
    var levels = Array(first...last)
    while levels.count < count { levels += levels }
    for index in 0..<count {
      levels.swapAt(index, int(in: index...levels.count - 1))
    }
    let offset = 0.5 * spacing + Float(shifted % 4) * 0x1p-14
    return HostTensor(
      shape: shape, floats: levels.prefix(count).map { Float($0) * spacing + offset })
  }
}
