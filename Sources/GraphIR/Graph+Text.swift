import TensorCore

extension Graph {
  /// The graph as text, one node a line in topological order: what golden tests compare.
  ///
  ///     graph 'digits_cnn' (nchw)
  ///       input = input : float32[1, 8, 8, 1]
  ///       conv1 = conv2d(input, conv1.weight) {strides=[1, 1], auto_pad=valid} : float32[1, 6, 6, 16]
  ///       return logits = fc2
  public func text() -> String {
    var lines = ["graph '\(name)' (\(axisOrder.rawValue))"]
    for id in topologicalOrder() {
      let node = self[id]
      var line = "  \(node.name) = \(node.op.mnemonic)"
      if !node.inputs.isEmpty {
        line += "(" + node.inputs.map { label($0) }.joined(separator: ", ") + ")"
      }
      if !node.op.attributes.isEmpty {
        let attributes = node.op.attributes.map { "\($0.name)=\($0.value)" }
        line += " {" + attributes.joined(separator: ", ") + "}"
      }
      line += " : " + node.outputs.map(\.description).joined(separator: ", ")
      lines.append(line)
    }
    for output in outputs {
      lines.append("  return \(output.name) = \(label(output.value))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// How text forms name a value: its node's name, with `:1` and so on for further outputs.
  public func label(_ value: ValueID) -> String {
    let name = self[value.node].name
    return value.output == 0 ? name : "\(name):\(value.output)"
  }
}
