import GraphIR
import Operators
import TensorCore
import WireFormats

/// Emits the nodes of a flat graph and collects those that can't be expressed.
struct NetworkEmitter {
  /// A result of the network.
  struct Result {
    let name: String
    var reference: Reference
  }

  private let flat: FlatGraph
  private let emitter: GraphEmitter
  private let source: String
  private var refused: [RefusedItem]
  private var values: [Int: [Value]] = [:]
  /// Whole numbers that may still be computed.
  private var budget = NetworkEmitter.integerLimit

  /// Whole numbers that may be computed altogether, constants not counted.
  static let integerLimit = 1 << 25

  /// Emits into `emitter`; `refused` are nodes whose operation nothing is known of.
  init(_ flat: FlatGraph, _ emitter: GraphEmitter, refused: [RefusedItem], source: String) {
    self.flat = flat
    self.emitter = emitter
    self.refused = refused
    self.source = source
  }

  /// The graph of all nodes in `order`, each of which comes after those it reads.
  func emit(_ order: [Int], results: [Result]) throws(InceptError) -> Graph {
    var copy = self
    return try copy.run(order, results)
  }

  private mutating func run(_ order: [Int], _ results: [Result]) throws(InceptError) -> Graph {
    var failure: InceptError?
    for index in order {
      let node = flat.nodes[index]
      do {
        values[index] = try emit(node)
      } catch {
        switch error {
        case .refused(let reason):
          refused.append(RefusedItem(kind: node.op, name: node.name, reason: reason))
        case .invalid(let error): failure = failure ?? error
        }
      }
    }
    // A node that is merely wrong may be so because of one that was refused.
    guard refused.isEmpty else { throw RefusedItem.error(refused, source: source) }
    if let failure { throw failure }
    emitter.setOutputs(try outputs(results))
    return emitter.graph
  }

  /// The node's values; none where what it reads was refused, or its operation is unknown.
  private mutating func emit(_ node: FlatNode) throws(ImportFailure) -> [Value] {
    guard let conversion = Conversions.of(node.op) else { return [] }
    var inputs: [Value] = []
    for reference in node.inputs {
      switch value(reference) {
      case .missing: return []
      case nil: throw .refused("it reads a value that is only computed in training, or none")
      case let value?: inputs.append(value)
      }
    }
    let values = try conversion(NodeScope(emitter: emitter, node: node, inputs: inputs))
    guard node.op != "Const" else { return values }
    for case .integers(let numbers) in values {
      guard numbers.values.count <= budget else {
        throw .refused("more than \(Self.integerLimit) whole numbers are computed before it")
      }
      budget -= numbers.values.count
    }
    return values
  }

  /// The value behind a resolved reference; nil where its node computes others.
  private func value(_ reference: Reference) -> Value? {
    guard case .output(let node, let index) = reference, let known = values[node], !known.isEmpty
    else { return .missing }
    return known.indices.contains(index) ? known[index] : nil
  }

  private func outputs(_ results: [Result]) throws(InceptError) -> [GraphOutput] {
    var outputs: [GraphOutput] = []
    var used: Set<String> = []
    for result in results where used.insert(result.name).inserted {
      guard case .tensor(let value)? = value(result.reference) else { continue }
      outputs.append(GraphOutput(name: result.name, value: value))
    }
    guard !outputs.isEmpty else {
      throw InceptError(
        .badData, subject: source, expected: "expected a network with results",
        found: "known numbers only")
    }
    return outputs
  }
}
