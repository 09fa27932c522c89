import GraphIR
import Operators
import TensorCore

extension Reduce: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let input = try builder.view(node.inputs[0])
    let output = try builder.view(node.value)
    guard let axes = input.shape.normalizedAxes(axes) else { return }
    let reduction = kind.reduction(of: input.elementType)
    guard input.shape.elementCount > 0 else {
      return try Elementwise(
        expression: kind.emptyResult ?? reduction.start, operands: [output], output: output
      ).emit(into: &builder)
    }
    try reduction.emit(
      input, along: axes, to: keepsAxes ? output : output.inserting(axes: axes), into: &builder)
  }
}

extension ReduceKind {
  /// How `reduce.cl` computes it of elements of a type.
  func reduction(of type: ElementType = .float32) -> Reduction {
    type == .float32 ? ofFloats : ofIntegers(type)
  }

  private var ofFloats: Reduction {
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

  /// In arithmetic without signs, which wraps around.
  private func ofIntegers(_ type: ElementType) -> Reduction {
    let limits =
      switch type {
      case .int64: ("LONG_MIN", "LONG_MAX")
      case .bool: ("0", "1")
      default: ("INT_MIN", "INT_MAX")
      }
    var reduction = Reduction()
    (reduction.join, reduction.start) = ("((T)((ulong)(a) + (ulong)(b)))", "0")
    switch self {
    case .max: (reduction.join, reduction.start) = ("max(a, b)", limits.0)
    case .min: (reduction.join, reduction.start) = ("min(a, b)", limits.1)
    case .prod: (reduction.join, reduction.start) = ("((T)((ulong)(a) * (ulong)(b)))", "1")
    case .l1: reduction.map = "((T)abs(x))"
    case .sumSquare: reduction.map = "((T)((ulong)(x) * (ulong)(x)))"
    default: break
    }
    return reduction
  }

  /// The result of no elements in OpenCL C, where it is not what a pass starts from.
  fileprivate var emptyResult: String? {
    switch self {
    case .mean: "NAN"
    case .logSum, .logSumExp: "(-INFINITY)"
    default: nil
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
    return with(shape: Shape(dimensions), strides: strides)
  }
}
