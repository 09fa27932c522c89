import GraphIR
import Operators
import TensorCore

/// Gives a padding of zeros to the convolution that reads it.
package struct FoldPadIntoConvolution: Pass {
  package let name = "fold-pad-into-convolution"
  package let summary = """
    conv2d(pad(x)) → conv2d(x) with more padding, when zeros are added to rows and columns only and the \
    convolution's own padding does not depend on the image's size
    """

  /// Creates the pass.
  package init() {}

  package func run(on graph: inout Graph) throws(InceptError) -> Int {
    try GraphEditor.rewrite(&graph) { (editor) throws(InceptError) in
      var rewrites = 0
      for id in editor.order where editor.isUsed(id) {
        let node = editor[id]
        guard let op = node.op as? Conv2D else { continue }
        let pad = editor.graph.producer(of: node.inputs[0])
        guard let border = zeroBorder(pad), let padding = op.padding.grown(by: border) else {
          continue
        }
        let grown = Conv2D(
          strides: op.strides, dilations: op.dilations, padding: padding, groups: op.groups,
          activation: op.activation, splits: op.splits)
        try editor.replace(
          id, with: grown, inputs: pad.inputs + node.inputs.dropFirst(),
          sources: pad.sources + node.sources)
        rewrites += 1
      }
      return rewrites
    }
  }

  /// The rows and columns of zeros that a node adds, if it does nothing else.
  private func zeroBorder(_ node: Node) -> Border? {
    guard let pad = node.op as? Pad, pad.mode == .constant(0), pad.before.count == 4,
      [pad.before[0], pad.before[3], pad.after[0], pad.after[3]].allSatisfy({ $0 == 0 })
    else { return nil }
    return Border(
      top: pad.before[1], left: pad.before[2], bottom: pad.after[1], right: pad.after[2])
  }
}

extension Padding {
  /// This padding with further rows and columns around the image; nil where it depends on the image's size or
  /// would exceed what a window accepts.
  fileprivate func grown(by other: Border) -> Padding? {
    let own: Border
    switch self {
    case .explicit(let border): own = border
    case .valid: own = .none
    case .same, .sameLower: return nil
    }
    let sum = Border(
      top: own.top + other.top, left: own.left + other.left, bottom: own.bottom + other.bottom,
      right: own.right + other.right)
    return sum.list.allSatisfy { $0 <= 1 << 20 } ? .explicit(sum) : nil
  }
}
