import Differentiation
import GraphIR
import Operators
import TensorCore

/// Graphs of a network for a batch of images. What a graph calls `X.next` is to be `X` of the next run.
package struct TrainingGraph: Sendable {
  /// The network.
  package let network: TrainableNetwork
  /// Images of a batch.
  package let batch: Int

  /// Graphs for batches of `batch` images.
  package init(_ network: TrainableNetwork, batch: Int) {
    self.network = network
    self.batch = batch
  }

  /// Names of inputs and outputs.
  package enum Name {
    package static let input = "input", labels = "labels", parameters = "parameters"
    package static let statistics = "statistics", seed = "seed", rates = "rates"
    package static let metrics = "metrics", loss = "loss", logits = "logits"
    package static let gradient = "gradient"
    /// The name of what replaces `name`.
    package static func next(_ name: String) -> String { "\(name).next" }
  }

  /// A step of training: inputs `input`, `labels`, `parameters`, the optimiser's state, `rates`, `metrics`, and where the
  /// network has use for them `statistics` and `seed`; outputs `loss` and the `next` of all that changes.
  ///
  /// - Parameter clip: The largest norm of all gradients together; longer ones are scaled down to it.
  package func step(_ optimiser: Optimiser, clip: Float? = nil) throws(InceptError) -> Graph {
    var (graph, builder) = try forward()
    let loss = try addLoss(builder.logits, &graph)
    let wanted = [builder.parameters]
    var gradient = try graph.appendGradients(of: loss, by: wanted)[0]
    if let clip { gradient = try clipped(gradient, clip, &graph) }
    let count: Shape = [network.parameterCount]
    var state: [ValueID] = []
    for name in optimiser.stateNames {
      state.append(try graph.add(Input(TensorType(count)), name: name))
    }
    let rates = try graph.add(Input(TensorType([optimiser.rateCount])), name: Name.rates)
    let result = try graph.add(
      optimiser.op, [builder.parameters, gradient] + state + [rates], name: "optimiser")
    let names = [Name.parameters] + optimiser.stateNames
    for (number, name) in names.enumerated() {
      graph.outputs.append(
        GraphOutput(
          name: Name.next(name), value: ValueID(result.node, output: number)))
    }
    if let statistics = builder.statistics {
      graph.outputs.append(GraphOutput(name: Name.next(Name.statistics), value: statistics))
    }
    return graph
  }

  /// The forward pass and the gradients of one batch, for looking at: outputs each layer's result by its name, `loss`, and
  /// `gradient`, flat as the parameters.
  package func diagnosis() throws(InceptError) -> Graph {
    var (graph, builder) = try forward()
    let loss = try addLoss(builder.logits, &graph)
    let gradient = try graph.appendGradients(of: loss, by: [builder.parameters])[0]
    graph.outputs.removeAll { $0.name != Name.loss }
    graph.outputs.append(GraphOutput(name: Name.gradient, value: gradient))
    graph.outputs += builder.results.map { GraphOutput(name: "layer/\($0.layer)", value: $0.value) }
    return graph
  }

  /// The network as it judges: inputs `input`, `parameters`, `statistics`; output `logits`.
  package func evaluation() throws(InceptError) -> Graph {
    var graph = Graph(name: "evaluation")
    let input = try addInput(&graph)
    let parameters = try graph.add(
      Input(TensorType([network.parameterCount])), name: Name.parameters)
    let statistics = try addStatistics(&graph)
    var builder = ForwardBuilder(
      network, graph: graph, mode: .evaluation(parameters: parameters, statistics: statistics))
    let logits = try builder.run(from: input)
    graph = builder.graph
    graph.outputs = [GraphOutput(name: Name.logits, value: logits)]
    return graph
  }

  /// The trained network itself, its parameters constants: `input` to `logits`.
  package func inference(
    _ parameters: [Float], statistics: [Float], name: String
  ) throws(InceptError) -> Graph {
    var graph = Graph(name: name)
    let input = try addInput(&graph)
    var builder = ForwardBuilder(
      network, graph: graph, mode: .inference(parameters: parameters, statistics: statistics))
    let logits = try builder.run(from: input)
    graph = builder.graph
    graph.outputs = [GraphOutput(name: Name.logits, value: logits)]
    return graph
  }

  // MARK: Parts

  private struct Forward {
    var logits: ValueID
    var parameters: ValueID
    var statistics: ValueID?
    var results: [(layer: String, value: ValueID)]
  }

  private func forward() throws(InceptError) -> (Graph, Forward) {
    var graph = Graph(name: "training step")
    let input = try addInput(&graph)
    let parameters = try graph.add(
      Input(TensorType([network.parameterCount])), name: Name.parameters)
    let statistics = try addStatistics(&graph)
    let seed =
      network.hasDropout
      ? try graph.add(Input(TensorType([1], .int32)), name: Name.seed) : nil
    var builder = ForwardBuilder(
      network, graph: graph,
      mode: .training(parameters: parameters, statistics: statistics, seed: seed))
    let logits = try builder.run(from: input)
    graph = builder.graph
    let next =
      statistics == nil
      ? nil
      : try graph.add(
        Concat(axis: 0), builder.nextStatistics, name: Name.next(Name.statistics))
    return (
      graph,
      Forward(logits: logits, parameters: parameters, statistics: next, results: builder.results)
    )
  }

  private func addInput(_ graph: inout Graph) throws(InceptError) -> ValueID {
    try graph.add(
      Input(TensorType(Shape([batch] + network.image.dimensions))), name: Name.input)
  }

  private func addStatistics(_ graph: inout Graph) throws(InceptError) -> ValueID? {
    guard network.statisticsCount > 0 else { return nil }
    return try graph.add(Input(TensorType([network.statisticsCount])), name: Name.statistics)
  }

  /// Adds the mean loss of the batch, and to `metrics` its sum and the number of right answers.
  private func addLoss(_ logits: ValueID, _ graph: inout Graph) throws(InceptError) -> ValueID {
    let labels = try graph.add(Input(TensorType([batch], .int32)), name: Name.labels)
    let metrics = try graph.add(Input(TensorType([2])), name: Name.metrics)
    let losses = try graph.add(SoftmaxCrossEntropy(), [logits, labels], name: "losses")
    let loss = try graph.add(Reduce(.mean, axes: [0], keepsAxes: true), [losses], name: Name.loss)
    let sum = try graph.add(Reduce(.sum, axes: [0], keepsAxes: true), [losses], name: "loss_sum")
    let best = try graph.add(
      ArgReduce(.max, axis: 1, keepsAxis: false), [logits], name: "answers")
    let answers = try graph.add(Cast(to: .int32), [best], name: "answers.int32")
    let isRight = try graph.add(Comparison(.equal), [answers, labels], name: "right")
    let ones = try graph.add(Cast(to: .float32), [isRight], name: "right.float32")
    let right = try graph.add(Reduce(.sum, axes: [0], keepsAxes: true), [ones], name: "right_sum")
    let both = try graph.add(Concat(axis: 0), [sum, right], name: "sums")
    let next = try graph.add(Binary(.add), [metrics, both], name: Name.next(Name.metrics))
    graph.outputs = [
      GraphOutput(name: Name.loss, value: loss),
      GraphOutput(name: Name.next(Name.metrics), value: next),
    ]
    return loss
  }

  /// As `torch.nn.utils.clip_grad_norm_`.
  private func clipped(
    _ gradient: ValueID, _ limit: Float, _ graph: inout Graph
  ) throws(InceptError) -> ValueID {
    let norm = try graph.add(
      Reduce(.l2, axes: [0], keepsAxes: true), [gradient], name: "clip.norm")
    func constant(_ value: Float, _ name: String) throws(InceptError) -> ValueID {
      try graph.add(Constant(HostTensor(shape: [1], floats: [value])), name: name)
    }
    let sum = try graph.add(
      Binary(.add), [norm, try constant(1e-6, "clip.epsilon")], name: "clip.sum")
    let ratio = try graph.add(
      Binary(.div), [try constant(limit, "clip.limit"), sum], name: "clip.ratio")
    let factor = try graph.add(
      Binary(.min), [ratio, try constant(1, "clip.one")], name: "clip.factor")
    return try graph.add(Binary(.mul), [gradient, factor], name: "clip.gradient")
  }
}
