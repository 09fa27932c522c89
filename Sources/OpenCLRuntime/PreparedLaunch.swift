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
  /// - Throws: `.software` naming the label, the rule and the sizes.
  package init(
    _ kernel: consuming Kernel, global: [Int], local: [Int]?, label: String
  ) throws(InceptError) {
    range = try kernel.checked(global: global, local: local, label: label)
    self.label = label
    self.global = global
    self.local = local
    arguments = kernel.arguments
  }
}
