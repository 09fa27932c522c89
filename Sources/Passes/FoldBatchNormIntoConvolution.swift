import GraphIR
import Operators
import TensorCore

/// Multiplies batch normalisation and other per-channel arithmetic into the weights before it (Jacob et al. 2018,
/// arXiv 1712.05877, section 3.2), in Double and rounded once.
package struct FoldBatchNormIntoConvolution: Pass {
  package let name = "fold-batch-norm-into-convolution"
  package let summary = """
    batch_normalization(conv2d(x)) → conv2d(x), as for dense layers and for bias_add, add, sub, mul and div by \
    constants along the channels, when all parameters are constant and nothing else reads the values between
    """

  /// Creates the pass.
  package init() {}

  package func run(on graph: inout Graph) throws(InceptError) -> Int {
    try GraphEditor.rewrite(&graph) { (editor) throws(InceptError) in
      var rewrites = 0
      for id in editor.order where editor.isUsed(id) {
        let node = editor[id]
        guard node.op.takesActivation, let layer = LinearLayer(node, in: editor.graph),
          let chain = Self.chain(after: layer, editor)
        else { continue }
        try fold(chain, into: layer, &editor)
        rewrites += 1
      }
      return rewrites
    }
  }

  private struct Chain {
    var affine: ChannelAffine
    var nodes: [Node]
  }

  private static func chain(after layer: LinearLayer, _ editor: GraphEditor) -> Chain? {
    var chain = Chain(affine: ChannelAffine(identity: layer.channels), nodes: [])
    var value = layer.node.value
    while let user = editor.soleUser(of: value),
      let (affine, input) = ChannelAffine.read(user, in: editor.graph), input == value
    {
      chain.affine = chain.affine.then(affine)
      chain.nodes.append(user)
      value = user.value
    }
    return chain.nodes.isEmpty ? nil : chain
  }

  private func fold(_ chain: Chain, into layer: LinearLayer, _ editor: inout GraphEditor)
    throws(InceptError)
  {
    guard let last = chain.nodes.last else { return }
    let node = layer.node
    let sources = chain.nodes.reduce(node.sources) { $0 + $1.sources }
    let affine = chain.affine
    var weights = node.inputs[1]
    if !affine.isShiftOnly {
      weights = try editor.add(
        constant: layer.weights.scaled(alongLastAxisBy: affine.scale),
        name: "\(last.name).weights", sources: editor[weights.node].sources)
    }
    let bias = zip(layer.biasValues, zip(affine.scale, affine.shift)).map { $0 * $1.0 + $1.1 }
    var inputs = [node.inputs[0], weights]
    if layer.bias != nil || bias.contains(where: { $0 != 0 }) {
      inputs.append(
        try editor.add(
          constant: HostTensor(vector: bias), name: "\(last.name).bias", sources: sources))
    }
    try editor.replace(last.id, with: node.op, inputs: inputs, sources: sources)
  }
}
