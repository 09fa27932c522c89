import GraphIR
import Operators
import TensorCore

/// One number of all elements along some axes: pools over whole images where these are rows and columns.
enum ReductionOps {
  @Sendable static func mean(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try reduce(scope, .mean)
  }

  @Sendable static func max(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    scope.isList ? try IntegerOps.reduction(scope, .max) : try reduce(scope, .max)
  }

  @Sendable static func min(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    scope.isList ? try IntegerOps.reduction(scope, .min) : try reduce(scope, .min)
  }

  @Sendable static func sum(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    scope.isList ? try IntegerOps.reduction(scope, .add) : try reduce(scope, .sum)
  }

  @Sendable static func product(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    scope.isList ? try IntegerOps.reduction(scope, .mul) : try reduce(scope, .prod)
  }

  private static func reduce(
    _ scope: NodeScope, _ kind: ReduceKind
  ) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    let x = try scope.tensor(0)
    let shape = scope.shape(x)
    let given = try scope.fixedIntegers(1)
    let keepsAxes = try scope.bool("keep_dims", false)
    // No axes are all axes to the operator, none to TensorFlow.
    guard !given.isEmpty else { return [.tensor(try scope.emit(Identity(), [x]))] }
    guard let axes = shape.normalizedAxes(given) else {
      throw scope.invalid("different axes of \(shape)", "\(given)")
    }
    if shape.rank == 4, let pool = kind.pool {
      let op = GlobalPool(pool, keepsAxes: keepsAxes)
      switch axes {
      case [1, 2] where scope.emitter.twins[x] == nil: return [.tensor(try scope.emit(op, [x]))]
      case [2, 3] where keepsAxes:
        return [.tensor(try scope.emitImage(op, [try scope.nhwc(x)], .nchw))]
      case [2, 3]: return [.tensor(try scope.emit(op, [try scope.nhwc(x)]))]
      default: break
      }
    }
    return [.tensor(try scope.emit(Reduce(kind, axes: axes, keepsAxes: keepsAxes), [x]))]
  }
}

extension ReduceKind {
  /// The pool that does the same over rows and columns.
  fileprivate var pool: PoolKind? {
    switch self {
    case .mean: .average
    case .max: .max
    default: nil
    }
  }
}

extension NodeScope {
  /// Whether the first input is whole numbers that are known.
  fileprivate var isList: Bool {
    if case .integers? = inputs.first { true } else { false }
  }
}
