import GraphIR
import Operators
import TensorCore

extension OperatorTable {
  /// Convolutions over one or two axes.
  static let convolutions: [String: Lowering] = ["Conv": convolution]

  private static func convolution(_ context: NodeContext) throws(InceptError) {
    let x = try context.value(0)
    let weights = try context.value(1)
    guard x.canBeImage else {
      throw context.refuse(x.shape.rank == 5 ? "3-D convolution" : "\(x.shape.rank - 2)-D images")
    }
    guard weights.shape.rank == x.shape.rank else {
      throw context.invalid("expected weights of \(x.shape.rank) axes", "\(weights.shape)")
    }
    let window = try WindowAttributes(context, dimensions: x.shape.rank - 2)
    let extents = weights.shape.dimensions
    if let kernel = window.kernel, kernel.list.suffix(extents.count - 2) != extents[2...] {
      throw context.invalid("expected kernel_shape \(Array(extents[2...]))", "\(kernel)")
    }
    let op = Conv2D(
      strides: window.strides, dilations: window.dilations, padding: window.padding,
      groups: context.int("group", 1))
    var inputs = [try context.image(0), try convolutionWeights(context, 1)]
    if context.optional(2) != nil { inputs.append(try context.plain(2)) }
    try context.set(image: try context.add(op, inputs), rank: x.shape.rank)
  }

  /// Weights `[O, I, KH, KW]` or `[O, I, K]` as `[KH, KW, I, O]`; constants are reordered when they are read.
  static func convolutionWeights(
    _ context: NodeContext, _ index: Int
  ) throws(InceptError) -> ValueID {
    let shape = try context.value(index).shape
    let wide: Shape = shape.rank == 3 ? [shape[0], shape[1], 1, shape[2]] : shape
    let target = wide.permuted([2, 3, 1, 0])
    if let tensor = context.constant(index) {
      return try context.add(
        constant: tensor.transposedMatrix(
          outer: wide[1], inner: wide[2] * wide[3], shape: target))
    }
    var id = try context.plain(index)
    if shape.rank == 3 { id = try context.add(Reshape(wide.dimensions), [id]) }
    return try context.add(Transpose([2, 3, 1, 0]), [id])
  }
}
