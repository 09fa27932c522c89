import GraphIR
import Operators
import TensorCore

extension MeanVarianceNormalization: OpenCLLowerable {
  /// The statistics, then one function of every element.
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let input = try builder.view(node.inputs[0])
    let output = try builder.view(node.value)
    guard let axes = input.shape.normalizedAxes(axes), input.shape.elementCount > 0 else { return }
    let shape = input.shape.reduced(along: axes, keepingAxes: true)
    let mean: TensorView
    let factor: TensorView
    if givesStatistics {
      mean = try builder.view(ValueID(node.id, output: 1))
      factor = try builder.view(ValueID(node.id, output: 2))
    } else {
      mean = builder.scratch(shape, name: "\(node.name).mean")
      factor = builder.scratch(shape, name: "\(node.name).factor")
    }
    var moments = Reduction()
    moments.first = ("((a) + (b))", "0.0f", "((v) / (n))")
    moments.map = "(((x) - (s)) * ((x) - (s)))"
    moments.result = "(1.0f / sqrt((v) / (n) + \(epsilon)f))"
    try moments.emit(
      input, along: axes, to: factor, shift: mean, into: &builder, step: "statistics")
    var operands = [input, mean, factor]
    for input in node.inputs.dropFirst() { operands.append(try builder.view(input)) }
    let expressions = [
      "(((a) - (b)) * (c))", "(((a) - (b)) * (c) * (d))", "fma(((a) - (b)) * (c), d, e)",
    ]
    try Elementwise(
      expression: expressions[node.inputs.count - 1], operands: operands, output: output
    ).emit(into: &builder)
  }
}
