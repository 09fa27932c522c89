import GraphIR
import Operators
import TensorCore

extension Conv2D: OpenCLLowerable {
  package func zeroBorder(ofInput index: Int, types: [TensorType]) -> ZeroBorder {
    let shape = types[index].shape
    guard index == 0 else { return .none(rank: shape.rank) }
    let border = window(weights: types[1].shape).border(for: Spatial(shape[1], shape[2]))
    return ZeroBorder(
      before: [0, border.top, border.left, 0], after: [0, border.bottom, border.right, 0])
  }

  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let weights = builder.graph.type(of: node.inputs[1]).shape
    let window = window(weights: weights)
    guard let image = try builder.view(node.inputs[0]).collapsed(),
      let positions = window.positions(over: Spatial(image.shape[1], image.shape[2]))
    else { throw invalid("expected an image that a window fits") }
    var outputs: [(view: TensorView, activation: UnaryFunction?)] = []
    for index in node.outputs.indices {
      let view = try builder.view(ValueID(node.id, output: index))
      outputs.append((view, splits.isEmpty ? activation : splits[index].activation))
    }
    let problem = ConvolutionProblem(
      image: image, weights: weights, groups: groups, window: window, positions: positions,
      outputs: outputs)
    try ConvolutionLowering(problem: problem).emit(
      weights: node.inputs[1], bias: node.inputs.count > 2 ? node.inputs[2] : nil, &builder)
  }
}

/// Chooses a variant for a convolution problem and emits its launches.
struct ConvolutionLowering {
  let problem: ConvolutionProblem

  func emit(weights: ValueID, bias: ValueID?, _ builder: inout PlanBuilder) throws(InceptError) {
    let variants = ConvolutionVariant.list(problem, builder.traits)
    guard let choice = VariantChoice(variants, problem, builder.traits, builder.options)
    else {
      throw InceptError(
        .software, subject: "conv2d", expected: "expected a variant that accepts the problem",
        found: "none")
    }
    let blocksPerPanel =
      switch choice.chosen {
      case .direct(_, let blocks): blocks
      case .tiled(let tile): tile.columns / 16
      case .depthwise, .depthwiseItems, .slices, .simple: 1
      }
    // The depthwise kernels read plain channels; a group of one channel would fill a block each.
    let blocking =
      if choice.chosen.readsPlainChannels {
        ConvolutionProblem(
          image: problem.image, weights: problem.weights, groups: 1, window: problem.window,
          positions: problem.positions, outputs: problem.outputs
        ).blocking(1)
      } else {
        problem.blocking(blocksPerPanel)
      }
    guard let walk = problem.walk else {
      throw InceptError(
        .software, subject: "conv2d", expected: "expected taps that are neighbours in memory",
        found: "strides \(problem.image.strides)")
    }
    let packing = ConvolutionPacking(
      weights: problem.weights, blocking: blocking, isChannelMajor: walk.isChannelMajor)
    let tensors = try arguments(weights, bias, packing, &builder)
    switch choice.chosen {
    case .direct(let pixels, let blocks):
      builder.emit(
        kernel("conv2d_direct", [("MR", "\(pixels)"), ("NV", "\(blocks)")]), variant: choice.chosen.name,
        rejected: choice.rejected,
        arguments: tensors + geometry(walk) + groupArguments(blocking),
        global: [(problem.pixels + pixels - 1) / pixels, blocking.panels], local: [1, 1])
    case .tiled(let tile):
      emit(tiledLaunch(tile, walk, blocking), choice, tensors, &builder)
    case .slices(let count):
      emit(slicedLaunch(walk, blocking, slices: count), choice, tensors, &builder)
    case .depthwiseItems:
      emit(depthwiseItemsLaunch(blocking), choice, tensors, &builder)
    case .depthwise:
      builder.emit(
        kernel("conv2d_depthwise", []), variant: choice.chosen.name, rejected: choice.rejected,
        arguments: tensors + depthwiseGeometry(),
        global: [problem.image.shape[0] * problem.positions.height, blocking.blocks.count],
        local: [1, 1])
    case .simple:
      builder.emit(
        kernel("conv2d_simple", []), variant: choice.chosen.name, rejected: choice.rejected,
        arguments: tensors + geometry(walk) + groupArguments(blocking),
        global: [blocking.blocks.count * 16, problem.pixels], local: nil)
    }
  }

  private func emit(
    _ launch: KernelLaunch, _ choice: VariantChoice<ConvolutionVariant>,
    _ tensors: [Launch.Argument], _ builder: inout PlanBuilder
  ) {
    builder.emit(
      launch.kernel, variant: choice.chosen.name, rejected: choice.rejected,
      arguments: tensors + launch.geometry, global: launch.global, local: launch.local)
  }

  func kernel(_ name: String, _ values: [(String, String)]) -> KernelSpecialization {
    KernelSpecialization(
      file: "\(name).cl", entry: name,
      defines: values.map { KernelSpecialization.Define($0.0, $0.1) }
        + problem.activations.defines)
  }

  private func arguments(
    _ weights: ValueID, _ bias: ValueID?, _ packing: ConvolutionPacking,
    _ builder: inout PlanBuilder
  ) throws(InceptError) -> [Launch.Argument] {
    let image = problem.image.storage
    return try [.buffer(image), .offset(image, problem.firstTap)]
      + packing.weightArguments(weights, &builder) + packing.biasArguments(bias, &builder)
      + [.buffer(problem.outputs[0].view.storage), problem.destinations(packing.blocking)]
  }

  func geometry(_ walk: ConvolutionProblem.Walk) -> [Launch.Argument] {
    let strides = problem.image.strides
    return [
      .int(problem.pixels), .int(problem.positions.height), .int(problem.positions.width),
      .int(strides[0]), .int(problem.window.strides.height * strides[1]),
      .int(problem.window.strides.width * strides[2]), .int(walk.outer), .int(walk.outerStep),
      .int(walk.middle), .int(walk.middleStep), .int(walk.run),
    ]
  }

  func depthwiseGeometry() -> [Launch.Argument] {
    let (strides, window) = (problem.image.strides, problem.window)
    return [
      .int(problem.positions.height), .int(problem.positions.width), .int(strides[0]),
      .int(window.strides.height * strides[1]), .int(window.strides.width * strides[2]),
      .int(window.kernel.height), .int(window.dilations.height * strides[1]),
      .int(window.kernel.width), .int(window.dilations.width * strides[2]),
    ]
  }

  func groupArguments(_ blocking: ConvolutionProblem.Blocking) -> [Launch.Argument] {
    let channels = problem.weights[2]
    let stride = problem.image.shape[3] == 1 ? 1 : problem.image.strides[3]
    return [.int(blocking.panels / problem.groups), .int(channels * stride)]
  }
}
