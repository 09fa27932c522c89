import GraphIR
import Operators
import TensorCore

/// Where one call of one layer emits its operators.
///
/// The value of the call carries the layer's name; whatever else the layer takes is called `layer/part`.
struct LayerScope {
  /// The graph and the weights of the whole model.
  let builder: GraphBuilder
  /// Name of this call's value.
  let name: String
  /// The layer's place among nested models, outermost first, its own name last: where its weights are.
  let path: [String]

  /// Shape of a value.
  func shape(_ value: ValueID) -> Shape { builder.graph.type(of: value).shape }

  /// An error about this call.
  func invalid(_ expected: String, _ found: String? = nil) -> InceptError {
    InceptError(
      .badData, subject: "layer '\(name)'", expected: "expected \(expected)", found: found)
  }

  /// The one value that the layer reads.
  func single(_ inputs: [ValueID]) throws(InceptError) -> ValueID {
    guard let input = inputs.first, inputs.count == 1 else {
      throw invalid("one input", "\(inputs.count)")
    }
    return input
  }

  /// The one value that the layer reads, which must have `rank` axes.
  func single(_ inputs: [ValueID], rank: Int) throws(InceptError) -> ValueID {
    let input = try single(inputs)
    guard shape(input).rank == rank else {
      throw invalid("an input with \(rank) axes", "\(shape(input))")
    }
    return input
  }

  /// An operator that computes part of the layer: `layer/part`.
  mutating func part(_ op: any Operator, _ inputs: [ValueID], _ part: String)
    throws(InceptError) -> ValueID
  {
    try builder.add(op, inputs, name: builder.partName("\(name)/\(part)"), source: name)
  }

  /// The operator that computes the layer's value.
  mutating func result(_ op: any Operator, _ inputs: [ValueID]) throws(InceptError) -> ValueID {
    try builder.add(op, inputs, name: name, source: name)
  }

  /// The operator that computes the layer's value before its activation, and the activation.
  mutating func result(
    _ op: any Operator, _ inputs: [ValueID], then activation: ActivationFunction, part: String
  ) throws(InceptError) -> ValueID {
    guard !activation.isLinear else { return try result(op, inputs) }
    let raw = try self.part(op, inputs, part)
    return try result(activation, of: raw)
  }

  /// The layer's value as a function of `input`.
  mutating func result(_ activation: ActivationFunction, of input: ValueID)
    throws(InceptError) -> ValueID
  {
    let operators = activation.operators
    guard let last = operators.last else { return try result(Identity(), [input]) }
    guard !activation.isSubtracted else {
      let subtrahend = try chain(operators, of: input)
      return try result(Binary(.sub), [input, subtrahend])
    }
    return try result(last, [try chain(operators.dropLast(), of: input)])
  }

  /// A function of `input` as part of the layer.
  mutating func part(
    _ activation: ActivationFunction, of input: ValueID
  ) throws(InceptError) -> ValueID {
    let value = try chain(activation.operators, of: input)
    return activation.isSubtracted ? try part(Binary(.sub), [input, value], "sub") : value
  }

  private mutating func chain(
    _ operators: some Sequence<any Operator>, of input: ValueID
  ) throws(InceptError) -> ValueID {
    var value = input
    for op in operators { value = try part(op, [value], op.mnemonic) }
    return value
  }

  /// The weight whose name ends in one of `names`, in the shape the layer needs, as a constant. One that is
  /// missing or has another shape is noted, and a value of that shape stands for it until all are known.
  mutating func weight(_ names: String..., shape: Shape) throws(InceptError) -> ValueID {
    try builder.weight(names, shape: shape, stored: shape, path: path)
  }

  /// A weight that the file has in shape `stored`, of as many elements.
  mutating func weight(_ names: String..., shape: Shape, stored: Shape)
    throws(InceptError) -> ValueID
  {
    try builder.weight(names, shape: shape, stored: stored, path: path)
  }

  /// A vector of one repeated value, for weights that the layer was told to do without.
  mutating func filled(_ count: Int, with value: Float, _ part: String)
    throws(InceptError) -> ValueID
  {
    try builder.filled(count, with: value, name: "\(name)/\(part)")
  }

  /// Small constants that come from the configuration.
  mutating func constant(_ shape: Shape, _ values: [Float], _ part: String)
    throws(InceptError) -> ValueID
  {
    try builder.add(
      Constant(HostTensor(shape: shape, floats: values)), [],
      name: builder.partName("\(name)/\(part)"), source: name)
  }
}
