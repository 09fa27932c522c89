import GraphIR
import Operators
import TensorCore
import TestSupport

/// Builds small graphs tersely; constants are random numbers that their name determines.
struct GraphBuilder {
  var graph = Graph(name: "g")
  private(set) var feeds: [String: HostTensor] = [:]

  mutating func input(_ shape: Shape, name: String = "x") throws -> ValueID {
    feeds[name] = random(shape, name: name)
    return try graph.add(Input(TensorType(shape)), name: name)
  }

  mutating func constant(_ shape: Shape, name: String, in range: ClosedRange<Float> = 0.25...1.5)
    throws -> ValueID
  {
    try graph.add(Constant(random(shape, name: name, in: range)), name: name)
  }

  mutating func add(_ op: any Operator, _ inputs: ValueID..., name: String) throws -> ValueID {
    try graph.add(op, inputs, name: name)
  }

  /// A convolution with weights `NAME.w` and, if wanted, bias `NAME.b`.
  mutating func conv(
    _ op: Conv2D, _ x: ValueID, kernel: Int = 1, to channels: Int, bias: Bool = false,
    name: String
  ) throws -> ValueID {
    let inner = graph.type(of: x).shape[3] / op.groups
    var inputs = [
      x, try constant([kernel, kernel, inner, channels], name: "\(name).w", in: -1...1),
    ]
    if bias { inputs.append(try constant([channels], name: "\(name).b")) }
    return try graph.add(op, inputs, name: name)
  }

  /// A plain convolution.
  mutating func conv(
    _ x: ValueID, kernel: Int = 1, to channels: Int, bias: Bool = false, name: String
  ) throws -> ValueID {
    try conv(Conv2D(), x, kernel: kernel, to: channels, bias: bias, name: name)
  }

  /// Batch normalisation with parameters `NAME.0` to `NAME.3`.
  mutating func batchNorm(_ x: ValueID, name: String) throws -> ValueID {
    let shape = graph.type(of: x).shape
    var inputs = [x]
    for index in 0..<4 {
      inputs.append(try constant([shape[shape.rank - 1]], name: "\(name).\(index)"))
    }
    return try graph.add(BatchNormalization(epsilon: 1e-3), inputs, name: name)
  }

  /// Declares results named after their nodes.
  mutating func results(_ values: ValueID...) {
    graph.outputs = values.map { GraphOutput(name: graph.label($0), value: $0) }
  }

  private func random(_ shape: Shape, name: String, in range: ClosedRange<Float> = -1...1)
    -> HostTensor
  {
    var source = RandomSource(name: name)
    return source.tensor(shape, in: range)
  }
}
