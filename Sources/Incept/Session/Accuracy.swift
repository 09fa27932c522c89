import OpenCLBackend

/// How much rounding error a network's results may have, for speed.
///
/// Fast convolution algorithms (Winograd's) multiply less than the definition says and round more. Values are float32
/// either way. The limits are for the logits of Inception V3 against a float64 evaluation, as
/// a multiple of the error that PyTorch's own float32 has there. They hold for that network by measurement; what an
/// algorithm adds in a layer of yours, plan and profile report as a factor.
public enum Accuracy: String, Codable, Sendable, Hashable, CaseIterable {
  /// Only algorithms that do the multiplications of the definition. Where a CPU has float64 convolutions sum in it and
  /// round once, for a fifth of PyTorch's error in twice the time; elsewhere as good as any float32 framework.
  case exact
  /// At most 3 times PyTorch's error: the default.
  case high
  /// At most 8 times PyTorch's error.
  case fast

  /// The accuracy as the backend plans with it.
  var planned: OpenCLBackend.Accuracy {
    switch self {
    case .exact: .exact
    case .high: .high
    case .fast: .fast
    }
  }
}
