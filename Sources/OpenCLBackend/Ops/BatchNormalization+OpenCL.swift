import GraphIR
import Operators
import TensorCore

extension BatchNormalization: OpenCLLowerable {
  /// One multiply-add an element where the statistics are constants; their combination is computed once, in
  /// double. Statistics that are computed are combined for each element.
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let output = try builder.view(node.value)
    var operands = [try builder.view(node.inputs[0])]
    let parameters = node.inputs.dropFirst().compactMap { builder.graph.constant($0) }
    if parameters.count == 4 {
      operands += combined(parameters, &builder)
      try Elementwise(expression: "fma(a, b, c)", operands: operands, output: output)
        .emit(into: &builder)
      return
    }
    for input in node.inputs.dropFirst() { operands.append(try builder.view(input)) }
    try Elementwise(
      expression: "(((a) - (d)) / sqrt((e) + \(epsilon)f) * (b) + (c))", operands: operands,
      output: output
    ).emit(into: &builder)
  }

  /// Factor and summand of each channel, as two constants.
  private func combined(_ parameters: [HostTensor], _ builder: inout PlanBuilder) -> [TensorView] {
    let shape = parameters[0].shape
    let epsilon = Double(epsilon)
    return [true, false].map { isFactor in
      let number = builder.constant(
        PlannedConstant(
          key: PlannedConstant.Key(
            sources: parameters,
            packing: "normalisation \(isFactor ? "factor" : "summand") \(epsilon)"),
          byteCount: shape.elementCount * 4
        ) { (destination) throws(InceptError) in
          let values = parameters.map { $0.floats().map { Double($0) } }
          for channel in destination.indices {
            let factor = values[0][channel] / (values[3][channel] + epsilon).squareRoot()
            let summand = values[1][channel] - values[2][channel] * factor
            destination[channel] = Float(isFactor ? factor : summand)
          }
        })
      return TensorView(dense: shape, in: .constant(number))
    }
  }
}
