import Operators
import TensorCore

/// A function of up to five broadcast operands, for every element of the output: `elementwise.cl`.
///
/// The views tell the types: elements are `float`, `int` (bools too, 0 or 1) or `long` in the expression, whose value
/// becomes the output's type. Where all are float32 the expression is computed with vectors as well.
package struct Elementwise {
  /// The function in OpenCL C, of `a` to `e`: for float and for float vectors where all views are float32, for one
  /// element at a time otherwise.
  package let expression: String
  /// The operands; each broadcasts to the output's shape.
  package let operands: [TensorView]
  /// The result.
  package let output: TensorView
  /// Applied to the result.
  package let activation: UnaryFunction?

  /// A function of `operands`.
  package init(
    expression: String, operands: [TensorView], output: TensorView,
    activation: UnaryFunction? = nil
  ) {
    self.expression = expression
    self.operands = operands
    self.output = output
    self.activation = activation
  }

  /// Emits the launch.
  package func emit(into builder: inout PlanBuilder, step: String? = nil) throws(InceptError) {
    let problem = try ElementwiseProblem(self)
    guard let choice = VariantChoice(ElementwiseVariant.allCases, problem, builder.traits) else {
      throw InceptError(
        .software, subject: "elementwise", expected: "expected a variant that accepts the problem",
        found: "none")
    }
    let isVector = choice.chosen == .vectorRows
    let kernel = KernelSpecialization(
      file: "elementwise.cl",
      entry: choice.chosen == .items ? "elementwise_items" : "elementwise_rows",
      defines: [
        KernelSpecialization.Define("OPERANDS", operands.count == 4 ? 5 : operands.count),
        KernelSpecialization.Define("EXPR(a, b, c, d, e)", expression),
        KernelSpecialization.Define("VECTOR", isVector ? 1 : 0),
      ] + (isVector ? problem.kinds : []) + problem.types
        + ActivationTable([activation]).defines)
    var arguments = Launch.Argument.views(output)
    for number in 0..<ElementwiseProblem.operandLimit {
      let operand = number < operands.count ? operands[number] : operands[0]
      arguments += Launch.Argument.views(operand)
    }
    arguments += [problem.table, .int(problem.outer.axes.count)]
    let (length, rows) = (problem.inner.extent, problem.outer.count)
    let access = LaunchAccess(reads: operands, writes: [output])
    if choice.chosen == .items {
      let grid = ItemGrid([length, rows], builder.traits)
      builder.emit(
        kernel, variant: choice.chosen.rawValue, rejected: choice.rejected,
        arguments: arguments + grid.arguments, global: grid.global, local: grid.local, step: step,
        output: output, access: access)
      return
    }
    let chunk = min(length, ElementwiseProblem.elementsPerItem)
    let rowsPerItem = max(1, ElementwiseProblem.elementsPerItem / max(1, chunk))
    builder.emit(
      kernel, variant: choice.chosen.rawValue, rejected: choice.rejected,
      arguments: arguments + [.int(length), .int(chunk), .int(rows), .int(rowsPerItem)],
      global: [(length + chunk - 1) / chunk, (rows + rowsPerItem - 1) / rowsPerItem],
      local: [1, 1], step: step, output: output, access: access)
  }
}

/// An elementwise function with its operands broadcast and its axes joined.
struct ElementwiseProblem {
  /// Operands that the kernel takes.
  static let operandLimit = 5
  /// Elements that one work-item computes where one is a group: long against what a group costs.
  static let elementsPerItem = 4096

  /// The innermost axis: strides of the output, then of the operands.
  let inner: StridedLoop.Axis
  /// The other axes.
  let outer: StridedLoop
  let operandCount: Int
  /// The elements' types, the output's first.
  private let elementTypes: [ElementType]

  init(_ function: Elementwise) throws(InceptError) {
    var strides = [function.output.strides]
    for operand in function.operands {
      guard let view = operand.broadcast(to: function.output.shape) else {
        throw InceptError(
          .software, subject: "elementwise",
          expected: "expected operands that broadcast to \(function.output.shape)",
          found: "\(operand.shape)")
      }
      strides.append(view.strides)
    }
    operandCount = function.operands.count
    // The kernel's operands behind the last one are the first one once more.
    elementTypes =
      [function.output.elementType] + function.operands.map(\.elementType)
      + (function.operands.count..<Self.operandLimit).map { _ in function.operands[0].elementType }
    while strides.count < Self.operandLimit + 1 { strides.append(strides[1]) }
    var loop = StridedLoop(function.output.shape, strides)
    inner = loop.removeInnermost()
    outer = loop
  }

  /// Whether the innermost axis can be walked with vectors.
  var isVectorisable: Bool {
    inner.strides[0] == 1 && inner.strides.dropFirst().allSatisfy { $0 == 0 || $0 == 1 }
  }

  /// Whether all elements are float32.
  var isFloat: Bool { elementTypes.allSatisfy { $0 == .float32 } }

  /// The elements' types in OpenCL C; nothing where all are float32.
  var types: [KernelSpecialization.Define] {
    guard !isFloat else { return [] }
    return [KernelSpecialization.Define("TYPED", 1)]
      + elementTypes.enumerated().map { number, type in
        KernelSpecialization.Define(number == 0 ? "TY" : "T\(number - 1)", type.openCLName)
      }
  }

  /// How each operand is read along the innermost axis.
  var kinds: [KernelSpecialization.Define] {
    (0..<operandCount).map { KernelSpecialization.Define("KIND\($0)", inner.strides[$0 + 1]) }
  }

  /// The axes as `elementwise.cl` reads them.
  var table: Launch.Argument { .table(inner.cells + outer.axes.flatMap(\.cells)) }
}

/// The ways to compute an elementwise function, in order of preference.
enum ElementwiseVariant: String, KernelVariant, CaseIterable {
  case vectorRows = "rows of vectors"
  case rows
  case items

  var name: String { rawValue }

  func accepts(_ problem: ElementwiseProblem, _ traits: DeviceTraits) -> Acceptance {
    switch self {
    case .items: return .yes
    case .rows:
      return traits.style == .registerTiles
        ? .yes : .leavesDeviceIdle
    case .vectorRows:
      guard traits.style == .registerTiles else {
        return .leavesDeviceIdle
      }
      guard problem.isFloat else { return .no("vectors are of float32") }
      guard problem.isVectorisable else {
        return .no("neighbours along the innermost axis are \(problem.inner.strides) apart")
      }
      return problem.inner.extent >= 16
        ? .yes : .no("rows of \(problem.inner.extent) elements are shorter than a vector")
    }
  }
}
