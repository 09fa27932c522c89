import GraphIR
import Operators
import TensorCore

/// Multiplies per-channel arithmetic on an image, such as the normalisation of its colours, into the weights that
/// read it; in Double and rounded once.
package struct FoldInputAffineIntoConvolution: Pass {
  package let name = "fold-input-affine-into-convolution"
  package let summary = """
    conv2d(x·scale + shift) → conv2d(x), as for dense layers, when all parameters are constant, nothing else \
    reads the values between and, unless shift is zero, no window reads padding
    """

  /// Creates the pass.
  package init() {}

  package func run(on graph: inout Graph) throws(InceptError) -> Int {
    try GraphEditor.rewrite(&graph) { (editor) throws(InceptError) in
      var rewrites = 0
      for id in editor.order where editor.isUsed(id) {
        guard let layer = LinearLayer(editor[id], in: editor.graph),
          try fold(into: layer, &editor)
        else { continue }
        rewrites += 1
      }
      return rewrites
    }
  }

  private func fold(into layer: LinearLayer, _ editor: inout GraphEditor) throws(InceptError)
    -> Bool
  {
    let node = layer.node
    var input = node.inputs[0]
    guard let channels = editor.graph.type(of: input).shape.dimensions.last else { return false }
    var affine = ChannelAffine(identity: channels)
    var sources = node.sources
    while let producer = editor.soleProducer(of: input),
      let (before, earlier) = ChannelAffine.read(producer, in: editor.graph)
    {
      // Zeros of the padding are not shifted.
      guard layer.isUnpadded || before.isScaleOnly else { break }
      affine = before.then(affine)
      sources = producer.sources + sources
      input = earlier
    }
    guard input != node.inputs[0] else { return false }
    let (weights, shift) = layer.weights.absorbing(affine, groups: layer.groups)
    let bias = zip(layer.biasValues, shift).map { $0 + $1 }
    var inputs = [
      input,
      try editor.add(
        constant: weights, name: "\(node.name).weights",
        sources: editor[node.inputs[1].node].sources),
    ]
    if layer.bias != nil || bias.contains(where: { $0 != 0 }) {
      inputs.append(
        try editor.add(
          constant: HostTensor(vector: bias), name: "\(node.name).bias", sources: sources))
    }
    try editor.replace(node.id, with: node.op, inputs: inputs, sources: sources)
    return true
  }
}
