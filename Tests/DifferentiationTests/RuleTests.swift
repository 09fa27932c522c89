import Differentiation
import GraphIR
import Operators
import TensorCore
import TestSupport
import Testing

/// Samples of operators with a rule that are small enough for differences.
let differentiableSamples: [OperatorSample] = OperatorSamples.all.filter { sample in
  guard sample.op is any Differentiable, sample.operands.contains(where: { $0.type == .float32 }),
    sample.operands.allSatisfy({ $0.shape.elementCount <= 1500 }), sample.work <= 40_000,
    let (graph, _) = try? sample.graph()
  else { return false }
  // What the passes made of siblings comes after gradients.
  if let convolution = sample.op as? Conv2D,
    convolution.splits.contains(where: { $0.activation != nil })
  {
    return false
  }
  return graph.outputs.contains { graph.type(of: $0.value).elementType == .float32 }
}

@Suite("Gradients of operators")
struct RuleTests {
  @Test(
    "Every rule gives what differences of the double reference give",
    arguments: differentiableSamples)
  func agrees(sample: OperatorSample) throws {
    #expect(try GradientProblem(sample).mismatch(probes: 6) == nil)
  }

  @Test("Every operator whose results can have a gradient has a rule and is tried")
  func covers() {
    let without: Set<String> = [
      "input", "constant", "comparison", "logical", "not", "arg_reduce", "unary_gradient",
      "softmax_cross_entropy_gradient", "conv2d_weight_gradient", "conv2d_image_gradient",
      "pool2d_gradient",
    ]
    let tried = Set(differentiableSamples.map { type(of: $0.op).mnemonic })
    let lacking = Set(OperatorCatalog.all.map { $0.mnemonic }).subtracting(tried)
    #expect(
      lacking.isSubset(of: without.union(["momentum", "adam", "random_uniform"])), "\(lacking)")
    #expect(without.isDisjoint(with: tried))
  }
}
