import GraphIR
import TensorCore

/// An operator that the OpenCL backend can compute. Conformances live in `Ops/`, one file per operator.
package protocol OpenCLLowerable: Operator {
  /// Zeros that the operator relies on around input `index`. Default: none.
  func zeroBorder(ofInput index: Int, types: [TensorType]) -> ZeroBorder

  /// Where the operator's only output is a view of its first input, that view; nil where it has to be computed.
  /// `users` are the nodes that read the output. Default: nil.
  func alias(of input: TensorView, users: [Node]) -> TensorView?

  /// Whether ``alias(of:users:)`` may succeed, and if so how a border of the output becomes one of the input;
  /// nil where the operator never aliases, or where a border cannot be passed on. Default: nil.
  func borderThroughAlias(_ border: ZeroBorder, types: [TensorType]) -> ZeroBorder?

  /// Emits the launches that compute the node.
  func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError)
}

extension OpenCLLowerable {
  package func zeroBorder(ofInput index: Int, types: [TensorType]) -> ZeroBorder {
    .none(rank: types[index].shape.rank)
  }

  package func alias(of input: TensorView, users: [Node]) -> TensorView? { nil }

  package func borderThroughAlias(_ border: ZeroBorder, types: [TensorType]) -> ZeroBorder? { nil }
}

/// What a variant says of a problem.
package enum Acceptance: Sendable {
  case yes
  /// Not possible here, and why.
  case no(String)

  /// Why kernels whose work-groups have one work-item are not for GPUs.
  static let leavesDeviceIdle = no("one work-item per group leaves most of the device idle")
}

/// One way to compute an operator, of an ordered list of them.
package protocol KernelVariant: Sendable {
  /// What the variant computes.
  associatedtype Problem
  /// The variant's name in plans, profiles and results of tuning; unique in a list.
  var name: String { get }
  /// The strictest accuracy that allows the variant. Default: exact.
  var accuracy: Accuracy { get }
  /// The variant's rounding error next to that of direct summation, as a factor. Default: 1.
  var errorGrowth: Double { get }
  /// Whether it is only meant for what no other variant accepts, and not worth measuring. Default: no.
  func isLastResort(on traits: DeviceTraits) -> Bool
  /// Whether it can compute `problem` on a device with `traits`, and if not, why.
  func accepts(_ problem: Problem, _ traits: DeviceTraits) -> Acceptance
}

extension KernelVariant {
  package var accuracy: Accuracy { .exact }
  package var errorGrowth: Double { 1 }
  package func isLastResort(on traits: DeviceTraits) -> Bool { false }
}

/// The variant to use of an ordered list, and why the others were not taken: the one that tuning found the
/// fastest, else the first that is accepted.
package struct VariantChoice<Variant: KernelVariant> {
  /// The variant to use.
  package let chosen: Variant
  /// The others.
  package let rejected: [Launch.Rejection]
  /// All accepted variants, the chosen one included.
  package let accepted: [Variant]
  /// Those of them that are worth measuring.
  private let competitors: [Variant]
  /// Whether the choice comes from tuning.
  package let isTuned: Bool

  /// Chooses the first accepted variant; nil where none accepts.
  package init?(_ variants: [Variant], _ problem: Variant.Problem, _ traits: DeviceTraits) {
    self.init(variants, problem, traits, .exact, preferred: nil)
  }

  /// Chooses what tuning found, else the first accepted variant; nil where none accepts.
  package init?(
    _ variants: [Variant], _ problem: Variant.Problem, _ traits: DeviceTraits,
    _ options: PlanOptions
  ) where Variant.Problem: TunableProblem {
    let lean = options.leanChoices[problem.tuningKey]
    self.init(
      variants, problem, traits, options.accuracy,
      preferred: lean ?? options.choices[problem.tuningKey], isLean: lean != nil)
  }

  private init?(
    _ variants: [Variant], _ problem: Variant.Problem, _ traits: DeviceTraits,
    _ accuracy: Accuracy, preferred: String?, isLean: Bool = false
  ) {
    var accepted: [Variant] = []
    var rejected: [Launch.Rejection] = []
    for variant in variants {
      if variant.accuracy > accuracy {
        let reason = "less accurate than '\(accuracy)' allows"
        rejected.append(Launch.Rejection(variant: variant.name, reason: reason))
        continue
      }
      switch variant.accepts(problem, traits) {
      case .no(let reason):
        rejected.append(Launch.Rejection(variant: variant.name, reason: reason))
      case .yes: accepted.append(variant)
      }
    }
    guard let first = accepted.first else { return nil }
    let found = accepted.first { $0.name == preferred }
    let chosen = found ?? first
    let reason =
      found == nil
      ? "accepted, but \(chosen.name) comes first"
      : isLean
        ? "the limit of memory asks for \(chosen.name)" : "tuning found \(chosen.name) faster"
    for variant in accepted where variant.name != chosen.name {
      rejected.append(Launch.Rejection(variant: variant.name, reason: reason))
    }
    self.chosen = chosen
    self.rejected = rejected
    self.accepted = accepted
    competitors = accepted.filter { !$0.isLastResort(on: traits) }
    isTuned = found != nil && !isLean
  }
}

extension VariantChoice where Variant.Problem: TunableProblem {
  /// The choice as a launch carries it.
  package func tuning(_ problem: Variant.Problem) -> Launch.Tuning {
    let others = competitors.map(\.name).filter { $0 != chosen.name }
    return Launch.Tuning(
      key: problem.tuningKey, accepted: [chosen.name] + others, isTuned: isTuned)
  }
}
