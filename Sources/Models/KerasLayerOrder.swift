import GraphIR
import Operators
import TensorCore

/// The order of `model.layers` in Keras, which weight files without a model are matched by.
///
/// Layers are sorted by depth, the longest way to the result, deepest first; among equals the one that a walk
/// from the result backwards, inputs in order, meets first.
struct KerasLayerOrder {
  private var position: [NodeID: Int] = [:]
  private let graph: Graph

  /// The order of a skeleton's layers: its nodes but for the parameters.
  init(skeleton graph: Graph) {
    self.graph = graph
    var visits: [NodeID: Int] = [:]
    var pending = graph.outputs.map(\.value.node)
    while let id = pending.popLast() {
      guard visits[id] == nil else { continue }
      visits[id] = visits.count
      pending.append(contentsOf: graph[id].inputs.map(\.node).reversed())
    }
    var depths: [NodeID: Int] = [:]
    for id in graph.topologicalOrder().reversed() {
      let depth = depths[id, default: 0]
      for input in graph[id].inputs { depths[input.node] = max(depths[input.node] ?? 0, depth + 1) }
    }
    let order = visits.keys.sorted {
      let (left, right) = (depths[$0] ?? 0, depths[$1] ?? 0)
      return left == right ? (visits[$0] ?? 0) < (visits[$1] ?? 0) : left > right
    }
    for (index, id) in order.enumerated() { position[id] = index }
  }

  /// The parameters in the order of the layers that read them; those of one layer stay in theirs.
  func sorted(_ parameters: [ParameterSpec]) -> [ParameterSpec] {
    let users = graph.users()
    let positions = parameters.map { parameter -> Int in
      guard let node = graph.node(named: parameter.name), let user = users[node.value]?.first
      else { return 0 }
      return position[user] ?? 0
    }
    return parameters.indices
      .sorted { (positions[$0], $0) < (positions[$1], $1) }
      .map { parameters[$0] }
  }

  /// What Keras 3 calls the groups of the layers of sorted parameters in a weights file: the layer's class in snake
  /// case, numbered by order in the model.
  func groups(_ parameters: [ParameterSpec]) -> [String: String] {
    let users = graph.users()
    var groups: [String: String] = [:]
    var counts: [String: Int] = [:]
    for parameter in parameters where groups[parameter.layer] == nil {
      guard let node = graph.node(named: parameter.name), let user = users[node.value]?.first,
        let kind = Self.kind(graph[user].op)
      else { continue }
      let number = counts[kind, default: 0]
      counts[kind] = number + 1
      groups[parameter.layer] = number == 0 ? kind : "\(kind)_\(number)"
    }
    return groups
  }

  private static func kind(_ op: any Operator) -> String? {
    switch op {
    case let convolution as Conv2D: convolution.groups > 1 ? "depthwise_conv2d" : "conv2d"
    case is BatchNormalization: "batch_normalization"
    case is Dense: "dense"
    default: nil
    }
  }
}

extension ParameterSpec {
  /// The layer in the name of a parameter of Keras: what stands before the first slash.
  var layer: String { String(name.prefix { $0 != "/" }) }
}
