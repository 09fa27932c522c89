import GraphIR
import Operators
import TensorCore

extension Conv2DWeightGradient: OpenCLLowerable {
  package func zeroBorder(ofInput index: Int, types: [TensorType]) -> ZeroBorder {
    let shape = types[index].shape
    guard index == 0 else { return .none(rank: shape.rank) }
    let border = window.border(for: Spatial(shape[1], shape[2]))
    return ZeroBorder(
      before: [0, border.top, border.left, 0], after: [0, border.bottom, border.right, 0])
  }

  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let image = try builder.view(node.inputs[0])
    let gradient = try builder.rowsView(node.inputs[1])
    let output = try builder.view(node.value)
    let target =
      output.isDense ? output : builder.scratch(output.shape, name: "\(node.name).dense")
    guard
      let choice = VariantChoice(ConvolutionGradientVariant.allCases, image, builder.traits)
    else { return }
    switch choice.chosen {
    case .tiles:
      emitTiles(image, gradient, target, choice.rejected, &builder)
    case .items:
      emitItems(try builder.rowsView(node.inputs[0]), gradient, target, choice.rejected, &builder)
    }
    if target != output { try builder.emitCopy(from: target, to: output) }
  }

  private func emitTiles(
    _ image: TensorView, _ gradient: TensorView, _ target: TensorView,
    _ rejected: [Launch.Rejection], _ builder: inout PlanBuilder
  ) {
    let traits = builder.traits
    let tiles = WeightGradientTiles(
      self, image: image, gradient: gradient, traits: traits,
      canSplit: builder.options.precision == .fp32)
    let border = window.border(for: Spatial(image.shape[1], image.shape[2]))
    let first = image.offset - border.top * image.strides[1] - border.left * image.strides[2]
    let length = target.shape.elementCount
    let place =
      tiles.parts == 1 ? target : builder.scratch([tiles.parts, length], name: "partial sums")
    let defines: [KernelSpecialization.Define] = [.init("VW", traits.gradientVector)]
    let numbers: [Int] = [
      image.strides[0], strides.height * image.strides[1], strides.width * image.strides[2],
      gradient.shape[1], gradient.shape[2], gradient.strides[0], gradient.strides[1],
      gradient.strides[2], gradient.shape[0] * gradient.shape[1], tiles.rowsPerPart, tiles.rows,
      tiles.run, tiles.rowTaps, dilations.height * image.strides[1],
      dilations.width * image.strides[2], image.shape[3] / groups, gradient.shape[3] / groups,
      gradient.shape[3], tiles.runTiles, length,
    ]
    builder.emit(
      KernelSpecialization(
        file: "conv2d_weight_gradient.cl", entry: "conv2d_weight_gradient",
        defines: defines + [
          .init("NV", tiles.vectors), .init("TR", tiles.tileRows), .init("MR", tiles.tileElements),
          .init("TAIL", tiles.hasTail ? 1 : 0),
        ]),
      variant: "tiles", rejected: rejected,
      arguments: [
        .buffer(image.storage), .offset(image.storage, first),
        .buffer(gradient.storage), .offset(gradient.storage, gradient.offset),
        .buffer(place.storage), .offset(place.storage, place.offset),
      ] + numbers.map { .int($0) },
      global: [tiles.panels, tiles.rowTiles * tiles.runTiles, tiles.parts],
      local: traits.style == .registerTiles ? [1, 1, 1] : nil)
    guard tiles.parts > 1 else { return }
    let chunk = traits.style == .registerTiles ? 512 : traits.gradientVector
    builder.emit(
      KernelSpecialization(
        file: "conv2d_weight_gradient.cl", entry: "conv2d_weight_gradient_sum", defines: defines),
      variant: "sum",
      arguments: Launch.Argument.views(place, target, ints: [tiles.parts, length, length, chunk]),
      global: [(length + chunk - 1) / chunk],
      local: traits.style == .registerTiles ? [1] : nil, step: "sum", output: target)
  }

  private func emitItems(
    _ image: TensorView, _ gradient: TensorView, _ target: TensorView,
    _ rejected: [Launch.Rejection], _ builder: inout PlanBuilder
  ) {
    let border = window.border(for: Spatial(image.shape[1], image.shape[2]))
    let numbers: [Int] = [
      image.shape[0], image.shape[1], image.shape[2], image.strides[0], image.strides[1],
      image.strides[2], gradient.shape[1], gradient.shape[2], gradient.strides[0],
      gradient.strides[1], gradient.strides[2], target.shape[2], target.shape[3] / groups,
      border.top, border.left, strides.height, strides.width, dilations.height, dilations.width,
    ]
    let grid = ItemGrid(
      [target.shape[3], kernel.height * kernel.width * target.shape[2]], builder.traits)
    builder.emit(
      KernelSpecialization(
        file: "conv2d_gradient_items.cl", entry: "conv2d_weight_gradient_items",
        defines: [.init("KH", kernel.height), .init("KW", kernel.width)]),
      variant: "items", rejected: rejected,
      arguments: Launch.Argument.views(image, gradient, target, ints: numbers) + grid.arguments,
      global: grid.global, local: grid.local)
  }
}

extension Conv2DImageGradient: OpenCLLowerable {
  /// Windows that would begin before the first one or behind the last one pass nothing on.
  package func zeroBorder(ofInput index: Int, types: [TensorType]) -> ZeroBorder {
    guard index == 0 else { return .none(rank: types[index].shape.rank) }
    let (gradient, weights) = (types[0].shape, types[1].shape)
    let border = window(weights: weights).border(for: image)
    func zeros(
      _ before: Int, _ kernel: Int, _ dilation: Int, _ stride: Int, _ extent: Int, _ count: Int
    ) -> (before: Int, after: Int) {
      (
        max(0, ((kernel - 1) * dilation - before) / stride),
        max(0, (extent - 1 + before) / stride - (count - 1))
      )
    }
    let rows = zeros(
      border.top, weights[0], dilations.height, strides.height, image.height, gradient[1])
    let columns = zeros(
      border.left, weights[1], dilations.width, strides.width, image.width, gradient[2])
    return ZeroBorder(
      before: [0, rows.before, columns.before, 0], after: [0, rows.after, columns.after, 0])
  }

  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let gradient = try builder.view(node.inputs[0])
    let weights = try builder.denseView(node.inputs[1])
    let output = try builder.view(node.value)
    guard
      let choice = VariantChoice(ConvolutionGradientVariant.allCases, gradient, builder.traits)
    else { return }
    switch choice.chosen {
    case .tiles:
      emitTiles(gradient, weights, output, choice.rejected, &builder)
    case .items:
      emitItems(
        try builder.rowsView(node.inputs[0]), weights, output, choice.rejected, &builder)
    }
  }

  private func emitTiles(
    _ gradient: TensorView, _ weights: TensorView, _ output: TensorView,
    _ rejected: [Launch.Rejection], _ builder: inout PlanBuilder
  ) {
    let traits = builder.traits
    let tiles = ImageGradientTiles(
      self, weights: weights.shape, output: output.shape, traits: traits)
    let border = window(weights: weights.shape).border(for: image)
    let taps = weights.shape[0] * weights.shape[1]
    let outer = weights.shape[3] / groups
    let packed = builder.scratch(
      [tiles.panels, taps, outer, traits.gradientVector * tiles.vectors], name: "packed weights")
    let isByColumns = traits.style != .registerTiles
    let defines: [KernelSpecialization.Define] = [
      .init("VW", traits.gradientVector), .init("NV", tiles.vectors),
      .init("COLUMNS", tiles.columns), .init("BY_COLUMNS", isByColumns ? 1 : 0),
      .init("KH", weights.shape[0]), .init("KW", weights.shape[1]),
    ]
    let slice = isByColumns ? 1 : outer
    let packing: [Int] = [weights.shape[2], outer, weights.shape[3], taps, slice]
    builder.emit(
      KernelSpecialization(
        file: "conv2d_image_gradient.cl", entry: "conv2d_image_gradient_pack", defines: defines),
      variant: "pack",
      arguments: Launch.Argument.views(weights, packed, ints: packing),
      global: [tiles.panels, taps, (outer + slice - 1) / slice],
      local: isByColumns ? nil : [1, 1, 1], step: "pack-weights", output: packed)
    let numbers: [Int] = [
      image.height, image.width, gradient.strides[0], gradient.strides[1], gradient.strides[2],
      output.strides[0], output.strides[1], output.strides[2], weights.shape[2], outer,
      border.top, border.left, strides.height, strides.width, dilations.height, dilations.width,
      output.shape[0] * image.height, tiles.rowsPerItem, tiles.columnTiles,
    ]
    let rows = (output.shape[0] * image.height + tiles.rowsPerItem - 1) / tiles.rowsPerItem
    let phases = min(strides.width, image.width)
    builder.emit(
      KernelSpecialization(
        file: "conv2d_image_gradient.cl", entry: "conv2d_image_gradient", defines: defines),
      variant: "tiles", rejected: rejected,
      arguments: Launch.Argument.views(gradient, packed, output, ints: numbers),
      global: isByColumns
        ? [tiles.panels, rows, phases * tiles.columnTiles] : [tiles.panels, rows],
      local: isByColumns ? nil : [1, 1])
  }

  private func emitItems(
    _ gradient: TensorView, _ weights: TensorView, _ output: TensorView,
    _ rejected: [Launch.Rejection], _ builder: inout PlanBuilder
  ) {
    let border = window(weights: weights.shape).border(for: image)
    let numbers: [Int] = [
      image.height, gradient.shape[1], gradient.shape[2], gradient.strides[0],
      gradient.strides[1], gradient.strides[2], output.strides[0], output.strides[1],
      output.strides[2], weights.shape[2], weights.shape[3] / groups, weights.shape[3],
      border.top, border.left, strides.height, strides.width, dilations.height, dilations.width,
    ]
    let grid = ItemGrid(
      [output.shape[3], image.width, output.shape[0] * image.height], builder.traits)
    builder.emit(
      KernelSpecialization(
        file: "conv2d_gradient_items.cl", entry: "conv2d_image_gradient_items",
        defines: [.init("KH", weights.shape[0]), .init("KW", weights.shape[1])]),
      variant: "items", rejected: rejected,
      arguments: Launch.Argument.views(gradient, weights, output, ints: numbers) + grid.arguments,
      global: grid.global, local: grid.local)
  }
}
