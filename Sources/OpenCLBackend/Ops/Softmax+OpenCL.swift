import GraphIR
import Operators
import TensorCore

extension Softmax: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let input = try builder.view(node.inputs[0])
    let output = try builder.view(node.value)
    guard let axis = input.shape.normalizedAxis(axis) else { return }
    let others = (0..<input.shape.rank).filter { $0 != axis }
    let problem = SoftmaxProblem(
      length: input.shape[axis], inputStep: input.strides[axis], outputStep: output.strides[axis],
      rows: StridedLoop(
        Shape(others.map { input.shape[$0] }),
        [others.map { output.strides[$0] }, others.map { input.strides[$0] }]))
    guard let choice = VariantChoice(SoftmaxVariant.allCases, problem, builder.traits) else {
      return
    }
    let arguments =
      Launch.Argument.views(input, output) + [
        problem.rows.table, .int(problem.rows.axes.count), .int(problem.length),
        .int(problem.inputStep), .int(problem.outputStep),
      ]
    let group = SoftmaxVariant.groupSize
    let kernel = KernelSpecialization(
      file: "softmax.cl", entry: "softmax_\(choice.chosen.rawValue)",
      defines: [.init("LOGARITHM", isLogarithm ? 1 : 0), .init("GROUP", group)])
    let rows = problem.rows.count
    let grid = ItemGrid([rows], builder.traits)
    let (global, local, last): ([Int], [Int], [Launch.Argument]) =
      switch choice.chosen {
      case .rows: ([rows], [1], [])
      case .group: ([group, rows], [group, 1], [])
      case .items: (grid.global, grid.local, grid.arguments)
      }
    builder.emit(
      kernel, variant: choice.chosen.name, rejected: choice.rejected, arguments: arguments + last,
      global: global, local: local)
  }
}

/// Rows that sum to one, and where they lie.
struct SoftmaxProblem {
  let length: Int
  let inputStep: Int
  let outputStep: Int
  /// The axes but the softmax's own, in output and input.
  let rows: StridedLoop
}

/// The ways to compute a softmax, in order of preference.
enum SoftmaxVariant: String, KernelVariant, CaseIterable {
  case rows, group, items

  /// Work-items that share a row.
  static let groupSize = 64

  var name: String { rawValue }

  func accepts(_ problem: SoftmaxProblem, _ traits: DeviceTraits) -> Acceptance {
    switch self {
    case .items: return .yes
    case .rows:
      guard traits.style == .registerTiles else {
        return .leavesDeviceIdle
      }
      let areNeighbours = problem.length == 1 || problem.inputStep == 1 && problem.outputStep == 1
      return areNeighbours ? .yes : .no("elements of a row are \(problem.inputStep) apart")
    case .group:
      guard traits.style == .workItems else { return .no("made for devices with work-item groups") }
      guard traits.maxWorkGroupSize >= Self.groupSize else {
        return .no("work-group of \(Self.groupSize), the device allows \(traits.maxWorkGroupSize)")
      }
      return problem.length >= Self.groupSize
        ? .yes : .no("rows of \(problem.length) elements are shorter than a group")
    }
  }
}
