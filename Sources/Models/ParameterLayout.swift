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
    let rule: TransposedParameter
    switch self {
    case .unchanged: return tensor
    case .depthwise: return tensor.reshaped(translated(shape))
    case .convolution:
      rule = TransposedParameter(
        source: tensor, rows: shape[0], outer: shape[1], inner: shape[2] * shape[3])
    case .linear:
      rule = TransposedParameter(source: tensor, rows: shape[0], outer: shape[1], inner: 1)
    case .linearOverImage(let channels):
      rule = TransposedParameter(
        source: tensor, rows: shape[0], outer: channels, inner: shape[1] / channels)
    }
    return HostTensor(shape: translated(shape), computedBy: rule)
  }
}

/// A matrix `[rows, outer·inner]` as `[inner·outer, rows]`.
private struct TransposedParameter: TensorRule {
  let source: HostTensor
  let rows: Int
  let outer: Int
  let inner: Int

  var sources: [HostTensor] { [source] }

  func write(into destination: UnsafeMutableBufferPointer<Float>) {
    transpose(0..<rows, into: destination)
    releasePages()
  }

  func write(
    _ columns: Range<Int>, of width: Int, into destination: UnsafeMutableBufferPointer<Float>
  ) -> Bool {
    guard width == rows else { return false }
    transpose(columns, into: destination)
    return true
  }

  private func transpose(
    _ range: Range<Int>, into destination: UnsafeMutableBufferPointer<Float>
  ) {
    let columns = outer * inner
    source.withElements(range.lowerBound * columns..<range.upperBound * columns) { source in
      MatrixTranspose(
        source: source, destination: destination, rows: range.count, outer: outer, inner: inner
      ).run()
    }
  }

  private func releasePages() { for source in sources { source.releasePages() } }
}
