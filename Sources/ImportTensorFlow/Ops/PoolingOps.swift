import GraphIR
import Operators
import TensorCore

/// Pools, over windows and over whole images.
enum PoolingOps {
  @Sendable static func maxPool(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let format = try scope.format()
    return try pool(
      scope, .max, format, size: try scope.spatial("ksize", format),
      strides: try scope.spatial("strides", format))
  }

  /// Window and strides are inputs.
  @Sendable static func maxPoolV2(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let format = try scope.format()
    func pair(_ index: Int) throws(ImportFailure) -> Spatial {
      let list = try scope.fixedIntegers(index)
      guard list.count == 4, list[0] == 1, list[format.channel] == 1 else {
        throw .refused("it pools over \(list)")
      }
      return Spatial(list[format.height], list[format.width])
    }
    return try pool(scope, .max, format, size: try pair(1), strides: try pair(2))
  }

  /// Padding isn't counted.
  @Sendable static func averagePool(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let format = try scope.format()
    return try pool(
      scope, .average, format, size: try scope.spatial("ksize", format),
      strides: try scope.spatial("strides", format))
  }

  private static func pool(
    _ scope: NodeScope, _ kind: PoolKind, _ format: DataFormat, size: Spatial, strides: Spatial
  ) throws(ImportFailure) -> [Value] {
    let window = Window(kernel: size, strides: strides, padding: try scope.padding(format))
    let op = Pool2D(kind, window: window)
    return [.tensor(try scope.emitImage(op, [try scope.image(0, format)], format))]
  }

  @Sendable static func mean(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try global(scope, .average)
  }

  @Sendable static func max(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    if scope.allIntegers != nil {
      return try IntegerOps.reduction(scope, .max)
    }
    return try global(scope, .max)
  }

  private static func global(
    _ scope: NodeScope, _ kind: PoolKind
  ) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    let x = try scope.tensor(0)
    let shape = scope.shape(x)
    var axes: Set<Int> = []
    for axis in try scope.fixedIntegers(1) {
      guard let normalized = shape.normalizedAxis(axis) else {
        throw scope.invalid("axes of \(shape)", "\(axis)")
      }
      axes.insert(normalized)
    }
    let keepsAxes = try scope.bool("keep_dims", false)
    guard shape.rank == 4 else { throw .refused("it reduces \(shape), not images") }
    let op = GlobalPool(kind, keepsAxes: keepsAxes)
    switch axes {
    case [1, 2] where scope.emitter.twins[x] == nil: return [.tensor(try scope.emit(op, [x]))]
    case [2, 3] where keepsAxes:
      return [.tensor(try scope.emitImage(op, [try scope.nhwc(x)], .nchw))]
    case [2, 3]: return [.tensor(try scope.emit(op, [try scope.nhwc(x)]))]
    case [1, 2]: return [.tensor(try scope.emit(op, [x]))]
    default: throw .refused("it reduces axes \(axes.sorted()) of \(shape), not rows and columns")
    }
  }
}
