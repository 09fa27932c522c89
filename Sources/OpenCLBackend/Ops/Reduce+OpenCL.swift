import GraphIR
import Operators
import TensorCore

extension Reduce: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let input = try builder.view(node.inputs[0])
    let output = try builder.view(node.value)
    guard let axes = input.shape.normalizedAxes(axes) else { return }
    guard input.shape.elementCount > 0 else {
      return try Elementwise(
        expression: "(\(kind.emptyResult))", operands: [output], output: output
      ).emit(into: &builder)
    }
    try kind.reduction.emit(
      input, along: axes, to: keepsAxes ? output : output.inserting(axes: axes), into: &builder)
  }
}

extension ReduceKind {
  /// How `reduce.cl` computes it.
  var reduction: Reduction {
    var reduction = Reduction()
    switch self {
    case .sum: break
    case .mean: reduction.result = "((v) / (n))"
    case .max: (reduction.join, reduction.start) = ("max(a, b)", "(-INFINITY)")
    case .min: (reduction.join, reduction.start) = ("min(a, b)", "INFINITY")
    case .prod: (reduction.join, reduction.start) = ("((a) * (b))", "1.0f")
    case .l1: reduction.map = "fabs(x)"
    case .l2: (reduction.map, reduction.result) = ("((x) * (x))", "sqrt(v)")
    case .sumSquare: reduction.map = "((x) * (x))"
    case .logSum: reduction.result = "log(v)"
    case .logSumExp:
      // A shift that is finite, so that infinities don't cancel.
      reduction.first = ("max(a, b)", "(-INFINITY)", "clamp(v, -FLT_MAX, FLT_MAX)")
      (reduction.map, reduction.result) = ("exp((x) - (s))", "((s) + log(v))")
    }
    return reduction
  }

  /// The result of no elements, in OpenCL C.
  fileprivate var emptyResult: String {
    switch self {
    case .sum, .l1, .l2, .sumSquare: "0.0f"
    case .mean: "NAN"
    case .prod: "1.0f"
    case .max, .logSum, .logSumExp: "-INFINITY"
    case .min: "INFINITY"
    }
  }
}

extension TensorView {
  /// The view with axes of extent 1 where `axes`, in ascending order, are to be.
  func inserting(axes: [Int]) -> TensorView {
    var (dimensions, strides) = (shape.dimensions, strides)
    for axis in axes {
      dimensions.insert(1, at: axis)
      strides.insert(0, at: axis)
    }
    return TensorView(
      storage: storage, offset: offset, shape: Shape(dimensions), strides: strides)
  }
}
