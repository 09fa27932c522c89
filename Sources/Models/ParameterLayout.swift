import TensorCore

/// How a framework stores a parameter, and what has to be done to it.
///
/// Every change is one: a matrix `[O, A·B]` becomes `[B·A, O]`.
enum ParameterLayout: Hashable, Sendable {
  /// As the engine stores it.
  case unchanged
  /// A convolution's weights, OIHW to HWIO.
  case convolution
  /// A linear layer's weights, `[out, in]` to `[in, out]`.
  case linear
  /// Weights of a linear layer over a flattened image, `[out, C·H·W]` to `[H·W·C, out]`, as the engine flattens
  /// its images in NHWC.
  case linearOverImage(channels: Int)

  /// The engine's shape for a parameter of the framework's `shape`.
  func translated(_ shape: Shape) -> Shape {
    switch self {
    case .unchanged: shape
    case .convolution: shape.permuted([2, 3, 1, 0])
    case .linear, .linearOverImage: shape.permuted([1, 0])
    }
  }

  /// The parameter in the engine's layout: itself, or a float32 copy.
  func translated(_ tensor: HostTensor) -> HostTensor {
    let shape = tensor.shape
    switch self {
    case .unchanged: return tensor
    case .convolution:
      return transposed(tensor, rows: shape[0], outer: shape[1], inner: shape[2] * shape[3])
    case .linear:
      return transposed(tensor, rows: shape[0], outer: shape[1], inner: 1)
    case .linearOverImage(let channels):
      return transposed(tensor, rows: shape[0], outer: channels, inner: shape[1] / channels)
    }
  }

  private func transposed(
    _ tensor: HostTensor, rows: Int, outer: Int, inner: Int
  ) -> HostTensor {
    let shape = translated(tensor.shape)
    let storage = TensorStorage(byteCount: shape.elementCount * 4) { bytes in
      tensor.withFloats { source in
        let matrix = MatrixTranspose(
          source: source, destination: bytes.bindMemory(to: Float.self), rows: rows,
          outer: outer, inner: inner)
        matrix.run()
      }
    }
    return HostTensor(elementType: .float32, shape: shape, storage: storage)
  }
}
