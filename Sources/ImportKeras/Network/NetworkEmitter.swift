import GraphIR
import Operators
import TensorCore

/// Emits a model's layers, nested models inlined as `outer/inner`.
struct NetworkEmitter {
  private let builder: GraphBuilder

  /// Emits into `builder`.
  init(_ builder: GraphBuilder) { self.builder = builder }

  /// Names and values of the whole model's results. Inputs become the graph's own.
  ///
  /// - Parameter inputShape: what callers chose for inputs whose shape the file leaves open.
  func emit(_ network: KerasNetwork, inputShape: Shape?) throws(InceptError) -> [GraphOutput] {
    builder.reserve(network.layers.map(\.name))
    var feeds: [ValueID] = []
    for input in network.inputs {
      let layer = network.layers[input.call.layer]
      guard case .input(let extents) = layer.kind else {
        throw invalid(layer.name, "an InputLayer in input_layers", "another layer")
      }
      let shape = try InputShape.resolved(extents, given: inputShape, layer: layer.name)
      feeds.append(
        try builder.add(Input(TensorType(shape)), [], name: layer.name, source: layer.name))
    }
    let values = try calls(network, feeds, prefix: "", path: [])
    var outputs: [GraphOutput] = []
    var used: [String: Int] = [:]
    for output in network.outputs {
      guard let results = values[output.call], output.index < results.count else {
        throw invalid(network.name, "results that its layers compute", "others")
      }
      let base = network.layers[output.call.layer].name
      var name = base
      while used[name] != nil {
        let number = used[base, default: 1]
        used[base] = number + 1
        name = "\(base)_\(number)"
      }
      used[name, default: 0] += 1
      outputs.append(GraphOutput(name: name, value: results[output.index]))
    }
    return outputs
  }

  /// The results of one call of a nested model.
  private func nested(
    _ network: KerasNetwork, _ inputs: [ValueID], prefix: String, path: [String]
  ) throws(InceptError) -> [ValueID] {
    guard inputs.count == network.inputs.count else {
      throw invalid(network.name, "\(network.inputs.count) inputs", "\(inputs.count)")
    }
    try builder.charge(network.layers.count, name: prefix)
    builder.reserve(network.layers.map { prefix + $0.name })
    let values = try calls(network, inputs, prefix: prefix, path: path)
    var results: [ValueID] = []
    for output in network.outputs {
      guard let computed = values[output.call], output.index < computed.count else {
        throw invalid(network.name, "results that its layers compute", "others")
      }
      results.append(computed[output.index])
    }
    return results
  }

  private func calls(
    _ network: KerasNetwork, _ feeds: [ValueID], prefix: String, path: [String]
  ) throws(InceptError) -> [KerasNetwork.Call: [ValueID]] {
    var values: [KerasNetwork.Call: [ValueID]] = [:]
    for (input, feed) in zip(network.inputs, feeds) { values[input.call] = [feed] }
    for call in network.order where values[call] == nil {
      let layer = network.layers[call.layer]
      var inputs: [ValueID] = []
      for input in layer.calls[call.call] {
        guard let source = values[input.call], input.index < source.count else {
          throw invalid(layer.name, "inputs that other layers compute", "others")
        }
        inputs.append(source[input.index])
      }
      let name = builder.valueName(prefix + layer.name, isFirst: call.call == 0)
      switch layer.kind {
      case .input: throw invalid(name, "every input layer among input_layers", "another")
      case .network(let inner):
        values[call] = try nested(
          inner, inputs, prefix: "\(name)/", path: path + [layer.name])
      case .operation(let conversion):
        var scope = LayerScope(builder: builder, name: name, path: path + [layer.name])
        values[call] = [try conversion.emit(inputs, &scope)]
      }
    }
    return values
  }

  private func invalid(_ layer: String, _ expected: String, _ found: String) -> InceptError {
    InceptError(
      .badData, subject: "layer '\(layer)'", expected: "expected \(expected)", found: found)
  }
}
