import GraphIR
import Operators
import TensorCore

/// Pools over windows.
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
}
