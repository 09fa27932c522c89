import TensorCore
import WireFormats

/// Finds the calls that references name, and an order in which to make them.
struct ReferenceResolver {
  private let source: String
  private let model: String
  private var layers: [String: (index: Int, calls: Int, isNetwork: Bool)] = [:]
  private var lowestNode: [String: Int] = [:]

  /// Resolves references within one model.
  init(source: String, model: String) {
    self.source = source
    self.model = model
  }

  /// Adds the next layer.
  mutating func declare(_ name: String, calls: Int, isNetwork: Bool) throws(InceptError) {
    let entry = (index: layers.count, calls: calls, isNetwork: isNetwork)
    guard layers.updateValue(entry, forKey: name) == nil else {
      throw bad("each layer once", "'\(name)' twice")
    }
  }

  /// Notes how the file counts the calls of nested models. Keras counts a functional model's own definition as
  /// its node 0, so that calls begin with 1; a Sequential's may begin with either.
  mutating func note(_ references: [TensorReference]) {
    for reference in references {
      lowestNode[reference.layer] = min(lowestNode[reference.layer] ?? .max, reference.node)
    }
  }

  /// The calls' values that references name.
  func resolve(
    _ references: [TensorReference]
  ) throws(InceptError) -> [KerasNetwork.CallOutput] {
    var outputs: [KerasNetwork.CallOutput] = []
    for reference in references {
      guard let layer = layers[reference.layer] else {
        throw bad("references to its layers", "'\(reference.layer.printable(limit: 60))'")
      }
      let first = layer.isNetwork && (lowestNode[reference.layer] ?? 0) > 0 ? 1 : 0
      let call = reference.node - first
      guard (0..<layer.calls).contains(call), reference.tensor == 0 || layer.isNetwork else {
        throw bad(
          "references to calls that were made",
          "['\(reference.layer)', \(reference.node), \(reference.tensor)]")
      }
      outputs.append(
        KerasNetwork.CallOutput(
          call: KerasNetwork.Call(layer: layer.index, call: call), index: reference.tensor))
    }
    return outputs
  }

  /// The calls that `results` depend on, each after those it reads. Throws where a call depends on itself.
  func order(
    _ layers: [KerasLayer], from results: [KerasNetwork.CallOutput]
  ) throws(InceptError) -> [KerasNetwork.Call] {
    var order: [KerasNetwork.Call] = []
    var isDone: [KerasNetwork.Call: Bool] = [:]
    for root in results.map(\.call) where isDone[root] == nil {
      var stack = [(call: root, next: 0)]
      isDone[root] = false
      while let top = stack.last {
        let inputs = layers[top.call.layer].calls[top.call.call]
        guard top.next < inputs.count else {
          isDone[top.call] = true
          order.append(top.call)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let input = inputs[top.next].call
        switch isDone[input] {
        case nil:
          isDone[input] = false
          stack.append((input, 0))
        case false?: throw bad("no cycle", "one through '\(layers[input.layer].name)'")
        case true?: break
        }
      }
    }
    return order
  }

  private func bad(_ expected: String, _ found: String) -> InceptError {
    InceptError(
      .badData, subject: source, expected: "expected \(expected) in model '\(model)'",
      found: found)
  }
}
