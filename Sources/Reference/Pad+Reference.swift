import Operators
import TensorCore

extension ElementType {
  /// The element of the type that stands for a number.
  fileprivate func filled(_ value: Double) -> Double {
    switch self {
    case .bool: value == 0 ? 0 : 1
    case .int32, .int64: Double(Int64(saturating: value))
    default: value
    }
  }
}

extension Pad: ReferenceEvaluable {
  /// Every axis walked from before its first element to beyond its last.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let result = try outputShapes(inputs)[0]
    let shape = inputs[0].shape
    let strides = shape.denseStrides
    var fill = 0.0
    if case .constant(let value) = mode { fill = inputs[0].elementType.filled(Double(value)) }
    let axes = (0..<shape.rank).map { axis in
      (0..<result[axis]).map { index in
        let start = -Swift.min(before[axis], 0)
        let extent = shape[axis] - start + Swift.min(after[axis], 0)
        let source = source(of: index - Swift.max(before[axis], 0), extent: extent)
        return source < 0 ? -1 : (start + source) * strides[axis]
      }
    }
    return [inputs[0].gathered(axes, fill: fill)]
  }

  /// The element that stands at `index` of an axis, negative for the constant.
  private func source(of index: Int, extent: Int) -> Int {
    guard !(0..<extent).contains(index) else { return index }
    switch mode {
    case .constant: return -1
    case .edge: return Swift.min(Swift.max(index, 0), extent - 1)
    case .wrap: return index.remainder(modulo: extent)
    case .reflect:
      let place = index.remainder(modulo: Swift.max(1, 2 * (extent - 1)))
      return Swift.min(place, 2 * (extent - 1) - place)
    case .symmetric:
      let place = index.remainder(modulo: 2 * extent)
      return Swift.min(place, 2 * extent - 1 - place)
    }
  }
}

extension Int {
  /// The remainder that is not negative.
  fileprivate func remainder(modulo divisor: Int) -> Int {
    let remainder = self % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }
}
