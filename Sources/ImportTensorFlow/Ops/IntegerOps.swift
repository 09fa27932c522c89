import Operators
import TensorCore

/// Arithmetic with whole numbers that are known: how graphs compute shapes.
enum IntegerOps {
  /// A function of two numbers; nil where it has no result.
  typealias Fold = @Sendable (Int, Int) -> Int?

  /// Elements of what is computed.
  static let limit = 1 << 16

  /// Operations that exist for whole numbers only.
  static let binary: [String: Fold] = [
    "FloorDiv": { floorDivision($0, $1) },
    "TruncateDiv": { $1 == 0 ? nil : checked($0.dividedReportingOverflow(by: $1)) },
    "FloorMod": { left, right in
      floorDivision(left, right).flatMap { checked($0.multipliedReportingOverflow(by: right)) }
        .flatMap { checked(left.subtractingReportingOverflow($0)) }
    },
  ]

  /// Operations that exist for all numbers. Dividing whole numbers truncates.
  static let folds: [BinaryFunction: Fold] = [
    .add: { checked($0.addingReportingOverflow($1)) },
    .sub: { checked($0.subtractingReportingOverflow($1)) },
    .mul: { checked($0.multipliedReportingOverflow(by: $1)) },
    .div: { $1 == 0 ? nil : checked($0.dividedReportingOverflow(by: $1)) },
    .max: { Swift.max($0, $1) }, .min: { Swift.min($0, $1) },
  ]

  private static func checked(_ result: (partialValue: Int, overflow: Bool)) -> Int? {
    result.overflow ? nil : result.partialValue
  }

  private static func floorDivision(_ left: Int, _ right: Int) -> Int? {
    guard right != 0, let quotient = checked(left.dividedReportingOverflow(by: right)) else {
      return nil
    }
    return left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient
  }

  /// Element by element, one of both of one element or both of one shape.
  static func binary(_ scope: NodeScope, _ fold: Fold) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    let (left, right) = (try scope.integers(0), try scope.integers(1))
    guard left.values.count <= limit, right.values.count <= limit else {
      throw .refused("it computes with \(left.shape) and \(right.shape) whole numbers")
    }
    guard left.shape == right.shape || left.shape.rank == 0 || right.shape.rank == 0 else {
      throw .refused("it computes with \(left.shape) and \(right.shape) whole numbers")
    }
    let shape = left.shape.rank == 0 ? right.shape : left.shape
    var values: [Int] = []
    var isOpen: [Bool] = []
    for index in 0..<shape.elementCount {
      let (first, second) = (left.shape.rank == 0 ? 0 : index, right.shape.rank == 0 ? 0 : index)
      guard let value = fold(left.values[first], right.values[second]) else {
        throw scope.invalid(
          "whole numbers within 64 bits", "\(left.values[first]), \(right.values[second])")
      }
      values.append(value)
      isOpen.append(left.isOpen[first] || right.isOpen[second])
    }
    return [.integers(IntegerTensor(shape, values, isOpen: isOpen))]
  }

  /// All elements of a list as one number.
  static func reduction(
    _ scope: NodeScope, _ function: BinaryFunction
  ) throws(ImportFailure) -> [Value] {
    guard case .integers(let value)? = scope.inputs.first, value.shape.rank <= 1,
      let fold = folds[function]
    else { throw .refused("it reduces more than a list of whole numbers") }
    var result =
      switch function {
      case .mul: 1
      case .add: 0
      case .min: Int.max
      default: Int.min
      }
    for element in value.values {
      guard let next = fold(result, element) else {
        throw scope.invalid("whole numbers within 64 bits", "\(result), \(element)")
      }
      result = next
    }
    let shape: Shape = try scope.bool("keep_dims", false) ? [1] : []
    return [
      .integers(IntegerTensor(shape, [result], isOpen: [value.isOpen.contains(true)]))
    ]
  }

  @Sendable static func range(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(3...3)
    let (start, limit) = (try scope.fixedInteger(0), try scope.fixedInteger(1))
    let step = try scope.fixedInteger(2)
    let isSmall = [start, limit, step].allSatisfy { abs(Double($0)) < 0x1p40 }
    guard isSmall, step != 0, (limit - start) / step <= Self.limit else {
      throw .refused("it counts from \(start) to \(limit) by \(step)")
    }
    let values = Array(stride(from: start, to: limit, by: step))
    return [.integers(IntegerTensor([values.count], values))]
  }

  /// Elements of a list.
  @Sendable static func gather(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    guard scope.inputs.count >= 2, case .integers(let value) = scope.inputs[0],
      value.shape.rank == 1
    else { throw .refused("it gathers from more than a list of whole numbers") }
    let indices = try scope.integers(1)
    guard indices.values.allSatisfy(value.values.indices.contains) else {
      throw scope.invalid("indices below \(value.values.count)", "\(indices.values.prefix(8))")
    }
    return [.integers(value.selecting(indices.values, shape: indices.shape))]
  }
}
