/// What activations and weights are stored as on a device, and what is computed in.
package enum Precision: String, Hashable, Sendable, CaseIterable {
  /// float32 throughout.
  case fp32
  /// float16 in memory. Kernels compute in float32, which needs nothing of the device; where it has `cl_khr_fp16`, the
  /// products of convolutions and matrix products are computed in float16, 16 of them summed at a time, and these
  /// sums added in float32.
  case fp16

  /// Bytes of an element.
  package var bytes: Int {
    switch self {
    case .fp32: 4
    case .fp16: 2
    }
  }
}
