import GraphIR
import Operators
import TensorCore

extension LRN: OpenCLLowerable {
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let input = try builder.view(node.inputs[0])
    let output = try builder.view(node.value)
    let last = input.shape.rank - 1
    let pixels = StridedLoop(
      Shape(Array(input.shape.dimensions.dropLast())),
      [Array(output.strides.dropLast()), Array(input.strides.dropLast())])
    let channels = input.shape[last]
    let problem = LRNProblem(
      channels: channels, step: channels == 1 ? 1 : input.strides[last], before: (size - 1) / 2,
      after: size - 1 - (size - 1) / 2)
    guard let choice = VariantChoice(LRNVariant.allCases, problem, builder.traits) else { return }
    let kernel = KernelSpecialization(
      file: "lrn.cl", entry: "lrn_\(choice.chosen.rawValue)",
      defines: [.init("POWER(s)", power)])
    let arguments =
      Launch.Argument.views(input, output) + [
        pixels.table, .int(pixels.axes.count), .int(channels), .int(problem.before),
        .int(problem.after), .float(bias), .float(Float(Double(alpha) / Double(size))),
      ]
    switch choice.chosen {
    case .rows:
      let pixelsPerItem = max(1, LRNProblem.elementsPerItem / channels)
      builder.emit(
        kernel, variant: choice.chosen.name, rejected: choice.rejected,
        arguments: arguments + [.int(pixels.count), .int(pixelsPerItem)],
        global: [(pixels.count + pixelsPerItem - 1) / pixelsPerItem], local: [1])
    case .items:
      let grid = ItemGrid([channels, pixels.count], builder.traits)
      builder.emit(
        kernel, variant: choice.chosen.name, rejected: choice.rejected,
        arguments: arguments + [.int(problem.step)] + grid.arguments, global: grid.global,
        local: grid.local)
    }
  }

  /// `s` to the power of −beta; roots where they do.
  private var power: String {
    switch beta {
    case 0.5: "(1.0f / sqrt(s))"
    case 0.75: "(1.0f / (sqrt(s) * sqrt(sqrt(s))))"
    case 1: "(1.0f / (s))"
    default: "exp(\(-beta)f * log(s))"
    }
  }
}

/// What the LRN kernels need to know of a problem.
struct LRNProblem {
  /// Elements that one work-item computes where one is a group.
  static let elementsPerItem = 2048

  let channels: Int
  /// Distance between neighbouring channels of the input.
  let step: Int
  let before: Int
  let after: Int
}

/// The ways to compute an LRN, in order of preference.
enum LRNVariant: String, KernelVariant, CaseIterable {
  case rows, items

  var name: String { rawValue }

  func accepts(_ problem: LRNProblem, _ traits: DeviceTraits) -> Acceptance {
    switch self {
    case .items: return .yes
    case .rows:
      guard traits.style == .registerTiles else {
        return .leavesDeviceIdle
      }
      guard problem.step == 1 else { return .no("channels are \(problem.step) apart") }
      return problem.after <= 16 ? .yes : .no("a window that reaches beyond 16 channels")
    }
  }
}
