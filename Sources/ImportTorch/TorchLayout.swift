import Dispatch
import TensorCore

/// How a parameter's axes lie in torch, and how they become ours.
package enum TorchLayout: Sendable, Hashable {
  /// `[out, in / groups, height, width]` becomes `[height, width, in / groups, out]`.
  case convolution
  /// `[out, in]` becomes `[in, out]`.
  case linear
  /// Vectors, which lie alike: biases and batch normalisation.
  case plain

  /// The shape in torch of a parameter of ours; nil where ours has another number of axes.
  package func torchShape(of shape: Shape) -> Shape? {
    switch self {
    case .convolution: shape.rank == 4 ? shape.permuted([3, 2, 0, 1]) : nil
    case .linear: shape.rank == 2 ? shape.permuted([1, 0]) : nil
    case .plain: shape
    }
  }

  /// A parameter of torch in our layout; transposed ones are float32. The tensor must have this layout's number
  /// of axes.
  package func imported(_ tensor: HostTensor) -> HostTensor {
    switch self {
    case .convolution:
      precondition(tensor.shape.rank == 4, "a convolution's weights have four axes")
      let area = tensor.shape[2] * tensor.shape[3]
      return TorchLayout.outputLast(
        tensor, area: area, shape: tensor.shape.permuted([2, 3, 1, 0]))
    case .linear:
      precondition(tensor.shape.rank == 2, "a linear layer's weights have two axes")
      return TorchLayout.outputLast(tensor, area: 1, shape: tensor.shape.permuted([1, 0]))
    case .plain: return tensor
    }
  }

  /// Moves the first axis to the end, and the `area` innermost elements before the axis in between.
  private static func outputLast(_ tensor: HostTensor, area: Int, shape: Shape) -> HostTensor {
    guard tensor.elementCount > 0 else {
      return HostTensor(shape: shape) { _ in }
    }
    let outputs = tensor.shape[0]
    let inputs = tensor.elementCount / outputs / area
    let block = 16
    let storage = TensorStorage(byteCount: tensor.elementCount * 4) { destination in
      let destination = destination.bindMemory(to: Float.self)
      tensor.withFloats { source in
        guard let sourceStart = source.baseAddress, let start = destination.baseAddress else {
          return
        }
        // SAFETY: the blocks write disjoint elements of `to` and only read `from`.
        nonisolated(unsafe) let from = sourceStart
        nonisolated(unsafe) let to = start
        DispatchQueue.concurrentPerform(iterations: (outputs + block - 1) / block) { index in
          let first = index * block
          let filters = from + first * inputs * area
          if outputs - first >= block {
            transposeBlock(filters, to + first, inputs: inputs, area: area, outputs: outputs)
          } else {
            transposeRest(
              filters, to + first, count: outputs - first, inputs: inputs, area: area,
              outputs: outputs)
          }
        }
      }
    }
    return HostTensor(elementType: .float32, shape: shape, storage: storage)
  }

  /// Sixteen outputs at once: each store fills a cache line, each load walks along one filter.
  private static func transposeBlock(
    _ source: UnsafePointer<Float>, _ destination: UnsafeMutablePointer<Float>, inputs: Int,
    area: Int, outputs: Int
  ) {
    let filter = inputs * area
    for input in 0..<inputs {
      for place in 0..<area {
        let from = source + (input * area + place)
        var line = SIMD16<Float>()
        for output in 0..<16 { line[output] = from[output * filter] }
        let to = UnsafeMutableRawPointer(destination + (place * inputs + input) * outputs)
        to.storeBytes(of: line, as: SIMD16<Float>.self)
      }
    }
  }

  private static func transposeRest(
    _ source: UnsafePointer<Float>, _ destination: UnsafeMutablePointer<Float>, count: Int,
    inputs: Int, area: Int, outputs: Int
  ) {
    let filter = inputs * area
    for input in 0..<inputs {
      for place in 0..<area {
        let from = source + (input * area + place)
        let to = destination + (place * inputs + input) * outputs
        for output in 0..<count { to[output] = from[output * filter] }
      }
    }
  }
}
