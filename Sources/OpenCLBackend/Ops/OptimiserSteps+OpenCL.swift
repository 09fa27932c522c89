import GraphIR
import Operators
import TensorCore

extension MomentumStep: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    try builder.emitOptimiser(
      node, "momentum", [.init("NESTEROV", nesterov ? 1 : 0)], [momentum, weightDecay])
  }
}

extension AdamStep: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    try builder.emitOptimiser(
      node, "adam", [.init("DECOUPLED", isDecoupled ? 1 : 0)],
      [beta1, 1 - beta1, beta2, 1 - beta2, epsilon, weightDecay])
  }
}

extension PlanBuilder {
  /// Elements that one work-item computes where one is a group.
  private static let optimiserChunk = 2048

  /// Emits `optimiser.cl` for dense inputs and outputs: those that are not are copied.
  fileprivate mutating func emitOptimiser(
    _ node: Node, _ entry: String, _ defines: [KernelSpecialization.Define], _ numbers: [Double]
  ) throws(InceptError) {
    var arguments: [Launch.Argument] = []
    for input in node.inputs {
      let view = try denseView(input)
      arguments += Launch.Argument.views(view)
    }
    var copies: [(from: TensorView, to: TensorView)] = []
    for index in node.outputs.indices {
      let output = try view(ValueID(node.id, output: index))
      var target = output
      if !output.isDense {
        target = scratch(output.shape, name: "\(node.name).dense\(index)")
        copies.append((target, output))
      }
      arguments += Launch.Argument.views(target)
    }
    let length = node.type.shape.elementCount
    let isVector = traits.style == .registerTiles
    let chunk = isVector ? Self.optimiserChunk : 4
    emit(
      KernelSpecialization(
        file: "optimiser.cl", entry: entry, defines: [.init("VW", isVector ? 16 : 4)] + defines),
      variant: isVector ? "rows" : "items",
      arguments: arguments + [.int(length), .int(chunk)] + numbers.map { .float(Float($0)) },
      global: [(length + chunk - 1) / chunk], local: isVector ? [1] : nil)
    for copy in copies { try emitCopy(from: copy.from, to: copy.to) }
  }
}

extension RandomUniform: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let input = try builder.view(node.inputs[0])
    let output = try builder.view(node.value)
    let target =
      output.isDense ? output : builder.scratch(output.shape, name: "\(node.name).dense")
    let count = output.shape.elementCount
    let bits = UInt64(bitPattern: Int64(seed))
    func half(_ bits: UInt64) -> Int { Int(Int32(truncatingIfNeeded: bits)) }
    builder.emit(
      KernelSpecialization(file: "random_uniform.cl", entry: "random_uniform"), variant: "items",
      arguments: Launch.Argument.views(input, target, ints: [count, half(bits), half(bits >> 32)]),
      global: [(count + 3) / 4], local: nil)
    if target != output { try builder.emitCopy(from: target, to: output) }
  }
}
