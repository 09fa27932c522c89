import COpenCL
import TensorCore

/// A kernel with its arguments and sizes, checked once and enqueued many times.
///
/// It takes the kernel over, so nothing can change the arguments behind it, and keeps their buffers
/// alive. Arrays can hold it; it may be enqueued from several threads and on any queue of its
/// context. Enqueueing it allocates nothing on this side of the driver.
package final class PreparedLaunch: Sendable {
  /// The node or purpose of the launch, for profiles and messages.
  package let label: String
  /// Work-items along each dimension.
  package let global: [Int]
  /// Work-items of a group, or nil for the driver's choice.
  package let local: [Int]?

  let range: Kernel.Range
  let arguments: ArgumentList

  /// The kernel function's name.
  package var kernelName: String { arguments.object.name }

  /// Checks a launch of `kernel`, whose arguments must all be set, against the limits of kernel and
  /// device.
  ///
  /// A kernel that has no size of its own (`reqd_work_group_size`) runs in groups of any: where the driver allows it
  /// fewer work-items than `local` has, the longest sides are halved until it does.
  ///
  /// - Throws: `.software` naming the label, the rule and the sizes.
  package init(
    _ kernel: consuming Kernel, global: [Int], local: [Int]?, label: String
  ) throws(InceptError) {
    let local = local.map { kernel.limits.fitted($0) }
    range = try kernel.checked(global: global, local: local, label: label)
    self.label = label
    self.global = global
    self.local = local
    arguments = kernel.arguments
  }
}

extension KernelLimits {
  /// A work-group of at most as many work-items as the kernel may have, whose sides divide `local`'s.
  func fitted(_ local: [Int]) -> [Int] {
    guard compileWorkGroupSize == nil, workGroupSize > 0 else { return local }
    var local = local
    while local.reduce(1, { $0.multipliedReportingOverflow(by: $1).partialValue }) > workGroupSize,
      let longest = local.indices.filter({ local[$0].isMultiple(of: 2) }).max(by: {
        local[$0] < local[$1]
      })
    {
      local[longest] /= 2
    }
    return local
  }
}
