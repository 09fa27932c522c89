import Foundation
import Operators
import TensorCore

extension Reduce: ReferenceEvaluable {
  /// All elements of each result, collected, then the definition.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let axes = inputs[0].shape.normalizedAxes(axes) ?? []
    let groups = inputs[0].groups(along: axes)
    let type = inputs[0].elementType
    let values = groups.elements.map { elements in
      type == .float32 ? kind.apply(elements) : kind.apply(elements, of: type)
    }
    return [ReferenceTensor(shape: shape, values: values, elementType: type)]
  }
}

extension ReduceKind {
  /// The definition, of any number of elements.
  func apply(_ elements: [Double]) -> Double {
    switch self {
    case .sum: elements.reduce(0, +)
    case .mean: elements.reduce(0, +) / Double(elements.count)
    case .max: elements.max() ?? -.infinity
    case .min: elements.min() ?? .infinity
    case .prod: elements.reduce(1, *)
    case .l1: elements.reduce(0) { $0 + abs($1) }
    case .l2: elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case .logSum: log(elements.reduce(0, +))
    case .sumSquare: elements.reduce(0) { $0 + $1 * $1 }
    case .logSumExp: Self.logSumExp(elements)
    }
  }

  /// The definition of integers or bools, as their type wraps around.
  func apply(_ elements: [Double], of type: ElementType) -> Double {
    let numbers = elements.map { Int64(saturating: $0) }
    let isLong = type == .int64
    let result: Int64 =
      switch self {
      case .max where type == .bool: numbers.max() ?? 0
      case .min where type == .bool: numbers.min() ?? 1
      case .max: numbers.max() ?? (isLong ? .min : Int64(Int32.min))
      case .min: numbers.min() ?? (isLong ? .max : Int64(Int32.max))
      case .prod: numbers.reduce(1, &*)
      case .l1: numbers.reduce(0) { $0 &+ ($1 < 0 ? 0 &- $1 : $1) }
      case .sumSquare: numbers.reduce(0) { $0 &+ $1 &* $1 }
      default: numbers.reduce(0, &+)
      }
    return Double(isLong ? result : Int64(Int32(truncatingIfNeeded: result)))
  }

  private static func logSumExp(_ elements: [Double]) -> Double {
    guard let largest = elements.max(), largest.isFinite else {
      return elements.max() ?? -.infinity
    }
    return largest + log(elements.reduce(0) { $0 + exp($1 - largest) })
  }
}

extension ReferenceTensor {
  /// The elements that differ in the coordinates along `axes` only, group by group in C order of the other
  /// coordinates; and the group of each element.
  func groups(along axes: [Int]) -> (elements: [[Double]], ofElement: [Int]) {
    let kept = shape.reduced(along: axes, keepingAxes: true)
    let strides = kept.denseStrides
    var numbers = [0]
    for axis in 0..<shape.rank {
      let step = axes.contains(axis) ? 0 : strides[axis]
      numbers = numbers.flatMap { base in (0..<shape[axis]).map { base + $0 * step } }
    }
    var elements = [[Double]](repeating: [], count: kept.elementCount)
    for (value, number) in zip(values, numbers) { elements[number].append(value) }
    return (elements, numbers)
  }
}
