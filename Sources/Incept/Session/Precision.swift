import OpenCLBackend

/// What activations and weights are stored as on the device.
public enum Precision: String, Codable, Sendable, Hashable, CaseIterable {
  /// float32 throughout.
  case fp32
  /// float16 in memory: half the memory and bandwidth. Computed in float32, or where the device has `cl_khr_fp16`
  /// partly in float16.
  case fp16

  /// The precision as the backend plans with it.
  var planned: OpenCLBackend.Precision {
    switch self {
    case .fp32: .fp32
    case .fp16: .fp16
    }
  }

  /// What reports add to a line for people: nothing for the default.
  var remark: String { self == .fp32 ? "" : ", \(rawValue)" }
}
