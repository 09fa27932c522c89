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
}

/// One way to compute an operator, of an ordered list of them.
package protocol KernelVariant: Sendable {
  /// What the variant computes.
  associatedtype Problem
  /// The variant's name in plans and profiles.
  var name: String { get }
  /// Whether it can compute `problem` on a device with `traits`, and if not, why.
  func accepts(_ problem: Problem, _ traits: DeviceTraits) -> Acceptance
}

/// The first accepted variant of an ordered list, and why the others were not taken.
package struct VariantChoice<Variant: KernelVariant> {
  /// The variant to use.
  package let chosen: Variant
  /// The others.
  package let rejected: [Launch.Rejection]

  /// Chooses; nil where no variant accepts.
  package init?(_ variants: [Variant], _ problem: Variant.Problem, _ traits: DeviceTraits) {
    var chosen: Variant?
    var rejected: [Launch.Rejection] = []
    for variant in variants {
      switch variant.accepts(problem, traits) {
      case .no(let reason):
        rejected.append(Launch.Rejection(variant: variant.name, reason: reason))
      case .yes where chosen == nil: chosen = variant
      case .yes:
        let reason = "accepted, but \(chosen?.name ?? "") comes first"
        rejected.append(Launch.Rejection(variant: variant.name, reason: reason))
      }
    }
    guard let chosen else { return nil }
    self.chosen = chosen
    self.rejected = rejected
  }
}
