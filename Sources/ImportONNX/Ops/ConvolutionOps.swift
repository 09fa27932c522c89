import GraphIR
import Operators
import TensorCore

extension OperatorTable {
  /// Convolutions over one or two axes.
  static let convolutions: [String: Lowering] = [
    "Conv": convolution, "ConvTranspose": transposed,
  ]

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

  private static func transposed(_ context: NodeContext) throws(InceptError) {
    let (x, weights) = (try context.value(0), try context.value(1))
    guard x.canBeImage else {
      throw context.refuse(x.shape.rank == 5 ? "3-D convolution" : "\(x.shape.rank - 2)-D images")
    }
    guard weights.shape.rank == x.shape.rank else {
      throw context.invalid("expected weights of \(x.shape.rank) axes", "\(weights.shape)")
    }
    let dimensions = x.shape.rank - 2
    func pair(_ name: String, _ standard: Int) throws(InceptError) -> [Int] {
      let values = context.ints(name) ?? [Int](repeating: standard, count: dimensions)
      guard values.count == dimensions, values.allSatisfy({ (0...1 << 20).contains($0) }) else {
        throw context.invalid("expected \(name) of \(dimensions) numbers", "\(values)")
      }
      return values
    }
    let strides = try pair("strides", 1)
    let dilations = try pair("dilations", 1)
    let extra = try pair("output_padding", 0)
    var pads = context.ints("pads") ?? [Int](repeating: 0, count: 2 * dimensions)
    guard pads.count == 2 * dimensions, pads.allSatisfy({ (-1 << 20...1 << 20).contains($0) })
    else {
      throw context.invalid("expected pads of \(2 * dimensions) numbers", "\(pads)")
    }
    let mode = context.text("auto_pad", "NOTSET")
    let wanted = (context.ints("output_shape")?.suffix(dimensions)).map { Array($0) }
    guard wanted.map({ $0.count == dimensions && $0.allSatisfy((0...1 << 24).contains) }) ?? true
    else {
      throw context.invalid(
        "expected output_shape of \(dimensions) numbers", "\(wanted?.prefix(4) ?? [])")
    }
    if wanted != nil || mode.hasPrefix("SAME") {
      for axis in 0..<dimensions {
        let input = min(x.shape[axis + 2], 1 << 24)
        let extent = (min(weights.shape[axis + 2], 1 << 20) - 1) * dilations[axis] + 1
        let target = wanted.map { $0[axis] } ?? input * strides[axis]
        let total = strides[axis] * (input - 1) + extra[axis] + extent - target
        guard total >= 0 else {
          // What is asked for beyond the last window stays empty.
          pads[axis] = 0
          pads[axis + dimensions] = total
          continue
        }
        let half = total / 2
        pads[axis] = mode == "SAME_UPPER" ? half : total - half
        pads[axis + dimensions] = total - pads[axis]
      }
    }
    func spatial(_ values: [Int], _ filler: Int) -> Spatial {
      dimensions == 1 ? Spatial(filler, values[0]) : Spatial(values[0], values[1])
    }
    let border =
      dimensions == 1
      ? Border(top: 0, left: pads[0], bottom: 0, right: pads[1])
      : Border(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3])
    let op = ConvTranspose2D(
      strides: spatial(strides, 1), dilations: spatial(dilations, 1), border: border,
      outputPadding: spatial(extra, 0), groups: context.int("group", 1))
    var inputs = [try context.image(0), try transposedWeights(context)]
    if context.optional(2) != nil { inputs.append(try context.plain(2)) }
    try context.set(image: try context.add(op, inputs), rank: x.shape.rank)
  }

  /// Weights `[I, O, KH, KW]` or `[I, O, K]` as `[KH, KW, I, O]`; constants are reordered when they are read.
  private static func transposedWeights(_ context: NodeContext) throws(InceptError) -> ValueID {
    let shape = try context.value(1).shape
    let wide: Shape = shape.rank == 3 ? [shape[0], shape[1], 1, shape[2]] : shape
    let target = wide.permuted([2, 3, 0, 1])
    if let tensor = context.constant(1) {
      let matrix = tensor.reshaped([wide[0] * wide[1], wide[2] * wide[3]])
      return try context.add(
        constant: matrix.transposedMatrix(outer: wide[2] * wide[3], inner: 1, shape: target))
    }
    var id = try context.plain(1)
    if shape.rank == 3 { id = try context.add(Reshape(wide.dimensions), [id]) }
    return try context.add(Transpose([2, 3, 0, 1]), [id])
  }
}
