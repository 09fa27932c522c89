import GraphIR
import Operators
import TensorCore

/// Makes one matrix product of the 1x1 convolutions that read the same value, so that it is read once.
package struct MergeSiblingConvolutions: Pass {
  package let name = "merge-sibling-convolutions"
  package let summary = """
    conv2d(x, a), conv2d(x, b) → conv2d(x, a|b) with one output each, when all are 1x1 with stride 1, one group \
    and constant parameters
    """

  /// Creates the pass.
  package init() {}

  package func run(on graph: inout Graph) throws(InceptError) -> Int {
    try GraphEditor.rewrite(&graph) { (editor) throws(InceptError) in
      var siblings: [ValueID: [LinearLayer]] = [:]
      var readValues: [ValueID] = []
      for id in editor.order.sorted() {
        guard let op = editor[id].op as? Conv2D, op.splits.isEmpty,
          let layer = LinearLayer(editor[id], in: editor.graph),
          op.isPointwise(weights: layer.weights.shape)
        else { continue }
        let value = layer.node.inputs[0]
        if siblings[value] == nil { readValues.append(value) }
        siblings[value, default: []].append(layer)
      }
      var rewrites = 0
      for value in readValues {
        guard let layers = siblings[value], layers.count > 1 else { continue }
        try merge(layers, &editor)
        rewrites += 1
      }
      return rewrites
    }
  }

  /// `Mixed_5b.branch1x1 + branch5x5_1 + …`: the module that all share is said once.
  private static func joinedName(_ names: [String]) -> String {
    guard let dot = names[0].lastIndex(of: ".") else { return names.joined(separator: " + ") }
    let module = names[0][...dot]
    guard names.allSatisfy({ $0.hasPrefix(module) }) else { return names.joined(separator: " + ") }
    return names[0] + names.dropFirst().map { " + " + $0.dropFirst(module.count) }.joined()
  }

  private func merge(_ layers: [LinearLayer], _ editor: inout GraphEditor) throws(InceptError) {
    // An earlier merge may have changed what these read, all of them alike.
    let value = editor[layers[0].node.id].inputs[0]
    let name = Self.joinedName(layers.map(\.node.name))
    let sources = layers.flatMap(\.node.sources)
    var inputs = [
      value,
      try editor.add(
        constant: .joined(alongLastAxis: layers.map(\.weights)), name: "\(name).weights",
        sources: layers.flatMap { editor[$0.node.inputs[1].node].sources }),
    ]
    if layers.contains(where: { $0.bias != nil }) {
      let biases = layers.map { $0.bias ?? .filled([$0.channels], with: 0) }
      inputs.append(
        try editor.add(
          constant: .joined(alongLastAxis: biases), name: "\(name).bias", sources: sources))
    }
    let splits = layers.map {
      Conv2D.Split(
        channels: $0.channels, activation: ($0.node.op as? Conv2D)?.activation)
    }
    let merged = try editor.add(Conv2D(splits: splits), inputs, name: name, sources: sources)
    for (index, layer) in layers.enumerated() {
      try editor.redirect(layer.node.value, to: ValueID(merged.node, output: index))
    }
  }
}
