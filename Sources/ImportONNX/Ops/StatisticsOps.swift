import GraphIR
import Operators
import TensorCore

extension OperatorTable {
  /// Normalisations by statistics of the values themselves.
  static let statistics: [String: Lowering] = [
    "InstanceNormalization": instanceNormalization, "LayerNormalization": layerNormalization,
    "GroupNormalization": groupNormalization, "LpNormalization": lpNormalization,
    "MeanVarianceNormalization": meanVariance, "RMSNormalization": rootMeanSquare,
  ]

  private static func instanceNormalization(_ context: NodeContext) throws(InceptError) {
    let x = try context.value(0)
    let epsilon = context.float("epsilon", 1e-5)
    let parameters = [try context.plain(1), try context.plain(2)]
    if x.canBeImage {
      let op = MeanVarianceNormalization(axes: [1, 2], epsilon: epsilon)
      return try context.set(
        image: try context.add(op, [try context.image(0)] + parameters), rank: x.shape.rank)
    }
    guard x.shape.rank >= 2 else { throw context.invalid("expected an image", "\(x.shape)") }
    let rest = x.shape.dimensions.dropFirst(2).reduce(1, *)
    var id = try context.add(
      Reshape([x.shape[0], x.shape[1], rest]), [try context.plain(0)])
    var columns: [ValueID] = []
    for parameter in parameters {
      columns.append(try context.add(Reshape([x.shape[1], 1]), [parameter]))
    }
    id = try context.add(
      MeanVarianceNormalization(axes: [2], epsilon: epsilon), [id] + columns)
    try context.set(plain: try context.add(Reshape(x.shape.dimensions), [id]))
  }

  private static func layerNormalization(_ context: NodeContext) throws(InceptError) {
    let x = try context.value(0)
    let axis = try context.axis("axis", -1, of: x.shape)
    var inputs = [try context.plain(0), try context.plain(1)]
    if context.optional(2) != nil { inputs.append(try context.plain(2)) }
    let op = MeanVarianceNormalization(
      axes: Array(axis..<x.shape.rank), epsilon: context.float("epsilon", 1e-5),
      givesStatistics: context.wants(1) || context.wants(2))
    let id = try context.add(op, inputs)
    try context.set(plain: id)
    for output in 1...2 {
      try context.set(output, plain: ValueID(id.node, output: output))
    }
  }

  private static func groupNormalization(_ context: NodeContext) throws(InceptError) {
    let x = try context.value(0)
    let (groups, epsilon) = (context.int("num_groups"), context.float("epsilon", 1e-5))
    guard x.shape.rank >= 2, groups > 0, x.shape[1] % groups == 0 else {
      throw context.invalid("expected groups that divide the channels of \(x.shape)", "\(groups)")
    }
    let (n, channels) = (x.shape[0], x.shape[1])
    let rest = x.shape.dimensions.dropFirst(2).reduce(1, *)
    var inputs = [
      try context.add(Reshape([n, groups, channels / groups * rest]), [try context.plain(0)])
    ]
    let isByGroup = context.version < 21
    if isByGroup {
      for index in 1...2 {
        inputs.append(try context.add(Reshape([groups, 1]), [try context.plain(index)]))
      }
    }
    var id = try context.add(MeanVarianceNormalization(axes: [2], epsilon: epsilon), inputs)
    if !isByGroup {
      id = try context.add(Reshape([n, channels, rest]), [id])
      for (index, function) in [(1, BinaryFunction.mul), (2, .add)] {
        let column = try context.add(Reshape([channels, 1]), [try context.plain(index)])
        id = try context.add(Binary(function), [id, column])
      }
    }
    try context.set(plain: try context.add(Reshape(x.shape.dimensions), [id]))
  }

  private static func lpNormalization(_ context: NodeContext) throws(InceptError) {
    let axis = try context.axis("axis", -1, of: try context.value(0).shape)
    let x = try context.operand(0)
    let op = LpNormalization(axis: x.axis(axis), p: context.int("p", 2))
    try context.set(try context.add(op, [x.id]), like: x)
  }

  private static func meanVariance(_ context: NodeContext) throws(InceptError) {
    let shape = try context.value(0).shape
    let x = try context.operand(0)
    var axes: [Int] = []
    for axis in context.ints("axes") ?? [0, 2, 3] {
      axes.append(x.axis(try context.normalized(axis, shape)))
    }
    // ONNX adds 1e-9 to the deviation.
    let op = MeanVarianceNormalization(axes: axes.sorted(), epsilon: 1e-18)
    try context.set(try context.add(op, [x.id]), like: x)
  }

  /// x / √(mean x² + ε) · scale over the axes from one on.
  private static func rootMeanSquare(_ context: NodeContext) throws(InceptError) {
    let shape = try context.value(0).shape
    let axis = try context.axis("axis", -1, of: shape)
    let x = try context.plain(0)
    var id = try context.add(Binary(.mul), [x, x])
    id = try context.add(Reduce(.mean, axes: Array(axis..<shape.rank)), [id])
    id = try context.add(
      Binary(.add), [id, try context.scalar(context.float("epsilon", 1e-5))])
    id = try context.add(Unary(.sqrt), [id])
    id = try context.add(Binary(.div), [x, id])
    try context.set(plain: try context.add(Binary(.mul), [id, try context.plain(1)]))
  }
}
