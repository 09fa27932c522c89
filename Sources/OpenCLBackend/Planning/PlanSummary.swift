import TensorCore

/// A plan as plain values for text and JSON. Offsets and sizes of memory are in bytes, strides in words: elements,
/// an int64 being two.
package struct PlanSummary: Encodable, Sendable {
  /// One launch.
  package struct Kernel: Encodable, Sendable {
    package let index: Int
    package let name: String
    package let op: String
    package let sources: [String]
    package let variant: String
    package let kernel: String
    package let global: [Int]
    package let local: [Int]?
    package let output: View?
    /// Launches that must have ended before it begins.
    package let waits: [Int]
    package let macs: Int
    package let bytes: Int
    package let rejected: [Rejected]
    /// Bound of the variant's rounding error next to that of direct summation, as a factor.
    package let errorGrowth: Double
    /// The problem that results of tuning are kept for; nil where there is one variant only.
    package let problem: String?
    /// Whether tuning chose the variant.
    package let isTuned: Bool

    private enum CodingKeys: String, CodingKey {
      case index, name, op, sources, variant, kernel, global, local, output, macs, bytes, rejected
      case errorGrowth = "error_growth"
      case problem
      case isTuned = "tuned"
    }
  }

  /// A variant that was not chosen.
  package struct Rejected: Encodable, Sendable {
    package let variant: String
    package let reason: String
  }

  /// Where a value lies.
  package struct View: Encodable, Sendable {
    /// The region's number; nil for a constant.
    package let region: Int?
    /// First element, within the region.
    package let offset: Int
    package let shape: [Int]
    package let strides: [Int]

    init(_ view: TensorView) {
      region = if case .arena(let number) = view.storage { number } else { nil }
      offset = view.offset
      shape = view.shape.dimensions
      strides = view.strides
    }
  }

  /// A part of the arena, or an input's own buffer.
  package struct Region: Encodable, Sendable {
    package let index: Int
    package let name: String
    /// Position in the arena; nil for an input's buffer.
    package let offsetBytes: Int?
    package let bytes: Int
    /// First and last launch that touches it; −1 is the upload, one more than the last the download.
    package let first: Int
    package let last: Int
    /// Elements of zeros before and after each axis; nil where there are none.
    package let border: Border?

    private enum CodingKeys: String, CodingKey {
      case index, name, bytes, first, last, border
      case offsetBytes = "offset_bytes"
    }
  }

  /// Zeros around a value.
  package struct Border: Encodable, Sendable {
    package let before: [Int]
    package let after: [Int]
  }

  package let name: String
  package let style: String
  /// How much rounding error the variants may have: `exact`, `high`, `fast`.
  package let accuracy: String
  /// What elements are stored as: `fp32`, `fp16`.
  package let precision: String
  /// How launches follow one another: `in-order`, or `out-of-order` where they may overlap.
  package let queue: String
  package var launches: [Kernel]
  package let regions: [Region]
  package let arenaBytes: Int
  package let weightsBytes: Int
  package let largestBufferBytes: Int
  /// Launches that only move elements.
  package let copies: Int
  /// Different compiled kernels.
  package let kernels: Int

  private enum CodingKeys: String, CodingKey {
    case name, style, accuracy, precision, queue, launches, regions, copies, kernels
    case arenaBytes = "arena_bytes"
    case weightsBytes = "weights_bytes"
    case largestBufferBytes = "largest_buffer_bytes"
  }

  /// Summarises a plan.
  package init(_ plan: Plan) {
    name = plan.name
    style = plan.traits.style.rawValue
    accuracy = plan.options.accuracy.rawValue
    precision = plan.options.precision.rawValue
    queue = (plan.runsOutOfOrder ? QueueMode.outOfOrder : .inOrder).rawValue
    launches = plan.launches.enumerated().map { index, launch in
      Kernel(
        index: index, name: launch.label, op: launch.op, sources: launch.sources,
        variant: launch.variant, kernel: launch.kernel.entry, global: launch.global,
        local: launch.local, output: launch.output.map { View($0) },
        waits: launch.waits.reversed(),
        macs: launch.cost.multiplyAdds, bytes: launch.cost.bytes,
        rejected: launch.rejected.map { Rejected(variant: $0.variant, reason: $0.reason) },
        errorGrowth: launch.errorGrowth, problem: launch.tuning?.key,
        isTuned: launch.tuning?.isTuned ?? false)
    }
    let elementBytes = plan.options.precision.bytes
    regions = plan.regions.enumerated().map { index, region in
      let border = region.geometry.border
      return Region(
        index: index, name: region.name,
        offsetBytes: region.isInput ? nil : region.offset * elementBytes,
        bytes: region.elementCount * elementBytes, first: region.lifetime.lowerBound,
        last: region.lifetime.upperBound,
        border: border.isNone ? nil : Border(before: border.before, after: border.after))
    }
    arenaBytes = plan.arenaBytes
    weightsBytes = plan.weightsBytes
    largestBufferBytes = plan.largestBufferBytes
    copies = plan.launches.count { $0.isCopy }
    kernels = Set(plan.launches.map(\.kernel)).count
  }
}
