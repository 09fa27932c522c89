import TensorCore

/// How a framework stores a parameter, and what has to be done to it.
///
/// Every change is one: a matrix `[O, A·B]` becomes `[B·A, O]`.
enum ParameterLayout: Hashable, Sendable {
  /// As the engine stores it.
  case unchanged
  /// A convolution's weights, OIHW to HWIO.
  case convolution
  /// Keras's weights of a depthwise convolution, `[H, W, C, M]` to `[H, W, 1, C·M]`: the same elements.
  case depthwise
  /// A linear layer's weights, `[out, in]` to `[in, out]`.
  case linear
  /// Weights of a linear layer over a flattened image, `[out, C·H·W]` to `[H·W·C, out]`, as the engine flattens
  /// its images in NHWC.
  case linearOverImage(channels: Int)

  /// The engine's shape for a parameter of the framework's `shape`.
  func translated(_ shape: Shape) -> Shape {
    switch self {
    case .unchanged: shape
    case .depthwise: [shape[0], shape[1], 1, shape[2] * shape[3]]
    case .convolution: shape.permuted([2, 3, 1, 0])
    case .linear, .linearOverImage: shape.permuted([1, 0])
    }
  }

  /// The parameter in the engine's layout: itself, or one that is reordered whenever it is read.
  func translated(_ tensor: HostTensor) -> HostTensor {
    let shape = tensor.shape
    switch self {
    case .unchanged: return tensor
    case .depthwise: return tensor.reshaped(translated(shape))
    case .convolution:
      return tensor.transposedMatrix(
        outer: shape[1], inner: shape[2] * shape[3], shape: translated(shape))
    case .linear:
      return tensor.transposedMatrix(outer: shape[1], inner: 1, shape: translated(shape))
    case .linearOverImage(let channels):
      return tensor.transposedMatrix(
        outer: channels, inner: shape[1] / channels, shape: translated(shape))
    }
  }

  /// The framework's parameter of `shape` that became `tensor`: what ``translated(_:)`` undoes.
  func restored(_ tensor: HostTensor, to shape: Shape) -> HostTensor {
    switch self {
    case .unchanged, .depthwise: return tensor.reshaped(shape)
    case .convolution: return tensor.permuted([3, 2, 0, 1])
    case .linear: return tensor.permuted([1, 0])
    case .linearOverImage(let channels):
      return tensor.reshaped([shape[1] / channels, channels, shape[0]]).permuted([2, 1, 0])
        .reshaped(shape)
    }
  }
}
