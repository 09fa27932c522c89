import GraphIR
import TensorCore

/// A dense tensor of doubles in C order: what the reference computes with.
package struct ReferenceTensor: Sendable, Equatable {
  /// Extents, outermost first.
  package let shape: Shape
  /// What the elements stand for. Integers are whole numbers, exact up to 2^53; bools are 0 and 1.
  package let elementType: ElementType
  /// The elements; as many as the shape says.
  package var values: [Double]

  /// Wraps `values`, whose number must be the shape's element count.
  package init(shape: Shape, values: [Double], elementType: ElementType = .float32) {
    precondition(values.count == shape.elementCount, "ReferenceTensor: value count differs")
    self.shape = shape
    self.elementType = elementType
    self.values = values
  }

  /// The elements of `tensor`: floating-point ones read as float32 first, as the engine reads them. They become
  /// elements of `type`, by default of the tensor's own.
  package init(_ tensor: HostTensor, as type: ElementType? = nil) {
    shape = tensor.shape
    elementType = type ?? (tensor.elementType.isFloatingPoint ? .float32 : tensor.elementType)
    values =
      elementType == .float32 ? tensor.withFloats { $0.map(Double.init) } : tensor.doubles()
  }

  /// Element type and shape.
  package var type: TensorType { TensorType(shape, elementType) }

  /// The elements rounded to float32, or exact integers, or bools.
  package var hostTensor: HostTensor {
    HostTensor(shape: shape, elementType: elementType, doubles: values)
  }

  /// Applies `function` to every element; the type stays.
  package func map(_ function: (Double) -> Double) -> ReferenceTensor {
    ReferenceTensor(shape: shape, values: values.map(function), elementType: elementType)
  }

  /// The tensor whose element `[i, j, …]` is this one's at offset `axes[0][i] + axes[1][j] + …`, or `fill` where
  /// one of these is negative. Every reordering, cut, padding and broadcast is a choice of `axes`.
  func gathered(_ axes: [[Int]], fill: Double = 0) -> ReferenceTensor {
    var offsets = [0]
    for axis in axes {
      var next: [Int] = []
      next.reserveCapacity(offsets.count * axis.count)
      for offset in offsets {
        for step in axis { next.append(offset < 0 || step < 0 ? -1 : offset + step) }
      }
      offsets = next
    }
    return ReferenceTensor(
      shape: Shape(axes.map(\.count)), values: offsets.map { $0 < 0 ? fill : values[$0] },
      elementType: elementType)
  }

  /// The tensor repeated along its axes of extent 1, as NumPy broadcasts to `target`.
  func broadcast(to target: Shape) -> ReferenceTensor {
    let missing = target.rank - shape.rank
    let strides = shape.denseStrides
    return gathered(
      (0..<target.rank).map { axis in
        let stride = axis < missing || shape[axis - missing] == 1 ? 0 : strides[axis - missing]
        return (0..<target[axis]).map { $0 * stride }
      })
  }

  /// The product of the extents before `axis`, its own, and the product of those after it.
  func extents(around axis: Int) -> (outer: Int, extent: Int, inner: Int) {
    let dimensions = shape.dimensions
    return (
      dimensions[..<axis].reduce(1, *), dimensions[axis], dimensions[(axis + 1)...].reduce(1, *)
    )
  }
}
