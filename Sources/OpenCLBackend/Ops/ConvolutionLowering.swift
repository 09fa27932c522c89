import GraphIR
import Operators
import TensorCore

extension PlanBuilder {
  /// Chooses a variant for a convolution and emits its launches.
  mutating func emit(
    _ problem: ConvolutionProblem, weights: ValueID, bias: ValueID?
  ) throws(InceptError) {
    var problem = problem
    problem.hasConstantWeights = graph.constant(weights) != nil
    problem.precision = options.precision
    let variants = ConvolutionVariant.list(problem, traits, options.accuracy)
    guard let choice = VariantChoice(variants, problem, traits, options) else {
      throw InceptError(
        .software, subject: "conv2d", expected: "expected a variant that accepts the problem",
        found: "none")
    }
    let lowering = ConvolutionLowering(
      problem: problem, blocking: Self.blocking(problem, choice.chosen), weights: weights,
      bias: bias)
    let call = try lowering.call(choice.chosen, &self)
    emit(
      call.kernel, variant: choice.chosen.name, rejected: choice.rejected,
      arguments: call.arguments, global: call.global, local: call.local,
      tuning: choice.tuning(problem), errorGrowth: choice.chosen.errorGrowth,
      multiplyAdds: choice.chosen.multiplyAdds(problem))
  }

  private static func blocking(
    _ problem: ConvolutionProblem, _ variant: ConvolutionVariant
  ) -> ConvolutionProblem.Blocking {
    // The depthwise kernels read plain channels; a group of one channel would fill a block each.
    guard variant.readsPlainChannels else { return problem.blocking(variant.blocksPerPanel) }
    return ConvolutionProblem(
      image: problem.image, weights: problem.weights, groups: 1, window: problem.window,
      positions: problem.positions, outputs: problem.outputs
    ).blocking(1)
  }
}

/// Kernel, arguments and sizes of a convolution's variants.
struct ConvolutionLowering {
  let problem: ConvolutionProblem
  let blocking: ConvolutionProblem.Blocking
  let weights: ValueID
  let bias: ValueID?

  /// Macro of `conv2d_tile.clh`: products are summed in float64.
  static let float64Sums = "FLOAT64_SUMS"

  /// What a variant launches.
  struct Call {
    let kernel: KernelSpecialization
    let arguments: [Launch.Argument]
    let global: [Int]
    let local: [Int]?
  }

  func call(_ variant: ConvolutionVariant, _ builder: inout PlanBuilder) throws(InceptError) -> Call
  {
    guard let walk = problem.walk else {
      throw InceptError(
        .software, subject: "conv2d", expected: "expected taps that are neighbours in memory",
        found: "strides \(problem.image.strides)")
    }
    if case .winograd(let tiling) = variant { return try winograd(tiling, &builder) }
    if case .winogradSteps(let steps) = variant { return try winograd(steps, &builder) }
    let packing = ConvolutionPacking(
      weights: problem.weights, blocking: blocking, isChannelMajor: walk.isChannelMajor)
    let tensors =
      try image() + packing.weightArguments(weights, &builder)
      + packing.biasArguments(bias, &builder) + destinations()
    switch variant {
    case .direct(let tile):
      let sums = tile.sumsFloat64 ? [(Self.float64Sums, 1)] : []
      return Call(
        kernel: kernel("conv2d_direct", [("MR", tile.pixels), ("NV", tile.blocks)] + sums),
        arguments: tensors + geometry(walk) + groupArguments,
        global: [(problem.pixels + tile.pixels - 1) / tile.pixels, blocking.panels], local: [1, 1])
    case .tiled(let tile): return tiledCall(tile, walk, tensors)
    case .slices(let count): return slicedCall(count, walk, tensors)
    case .depthwiseItems: return depthwiseItemsCall(tensors, builder.traits)
    case .depthwise:
      return Call(
        kernel: kernel("conv2d_depthwise", []), arguments: tensors + depthwiseGeometry,
        global: [problem.image.shape[0] * problem.positions.height, blocking.blocks.count],
        local: [1, 1])
    case .simple, .winograd, .winogradSteps:
      let grid = ItemGrid([blocking.blocks.count * 16, problem.pixels], builder.traits)
      return Call(
        kernel: kernel("conv2d_simple", []),
        arguments: tensors + geometry(walk) + groupArguments + grid.arguments,
        global: grid.global, local: grid.local)
    }
  }

  func kernel(_ name: String, _ values: [(String, Int)]) -> KernelSpecialization {
    KernelSpecialization(
      file: "\(name).cl", entry: name,
      defines: values.map { KernelSpecialization.Define($0.0, $0.1) }
        + problem.activations.defines)
  }

  /// The image and the position of its first tap.
  func image() -> [Launch.Argument] {
    let storage = problem.image.storage
    return [.buffer(storage), .offset(storage, problem.firstTap)]
  }

  /// The results and the table of where they go.
  func destinations(isTransposed: Bool = false) -> [Launch.Argument] {
    [
      .buffer(problem.outputs[0].view.storage),
      problem.destinations(blocking, isTransposed: isTransposed),
    ]
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

  var depthwiseGeometry: [Launch.Argument] {
    let (strides, window) = (problem.image.strides, problem.window)
    return [
      .int(problem.positions.height), .int(problem.positions.width), .int(strides[0]),
      .int(window.strides.height * strides[1]), .int(window.strides.width * strides[2]),
      .int(window.kernel.height), .int(window.dilations.height * strides[1]),
      .int(window.kernel.width), .int(window.dilations.width * strides[2]),
    ]
  }

  var groupArguments: [Launch.Argument] {
    let channels = problem.weights[2]
    let stride = problem.image.shape[3] == 1 ? 1 : problem.image.strides[3]
    return [.int(blocking.panels / problem.groups), .int(channels * stride)]
  }
}
