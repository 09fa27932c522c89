import GraphIR
import Operators
import TensorCore

/// How `winograd_steps.clh` computes a convolution: the algorithm, and the tile of its products.
struct WinogradSteps: Hashable, Sendable {
  let form: WinogradForm
  let tile: GemmTile

  /// `F(4x4,3x3) tiled 64x64x16`
  var name: String { "\(form.name) tiled \(tile.name)" }

  /// Channels of the transformed patches: whole vectors of four.
  static func rowLength(_ problem: ConvolutionProblem) -> Int { (problem.weights[2] + 3) / 4 * 4 }

  /// Floats of the transformed patches and of the products.
  func scratch(_ problem: ConvolutionProblem) -> (patches: Int, products: Int) {
    let rows = form.size * form.tileCount(problem)
    let columns = problem.blocking(tile.columns / 16).panels * tile.columns
    return (rows * Self.rowLength(problem), rows * columns)
  }

  /// Operations of the three launches, a fused multiply-add being one.
  func multiplyAdds(_ problem: ConvolutionProblem) -> Int {
    form.tileCount(problem)
      * form.multiplyAdds(channels: problem.weights[2], outputChannels: problem.outputChannels)
  }

  func accepts(_ problem: ConvolutionProblem, _ traits: DeviceTraits) -> Acceptance {
    if let reason = form.refusal(of: problem) { return .no(reason) }
    let (patches, products) = scratch(problem)
    let bytes = (patches + products) * 4
    let limit = min(traits.maxAllocationBytes, traits.globalMemoryBytes, Int(Int32.max)) / 4
    guard bytes <= limit else {
      return .no("\(bytes) bytes of scratch, a quarter of the device's memory is \(limit)")
    }
    return tile.accepts(traits)
  }

  /// Relative time in the unit of ``GemmTile/cost(rows:columns:matrices:_:)`` times an inner extent: the products, what
  /// the steps move, and two more launches.
  func cost(_ problem: ConvolutionProblem, _ traits: DeviceTraits) -> Double {
    let (patches, products) = scratch(problem)
    let units = Double(max(1, traits.computeUnits))
    let gemm = tile.cost(
      rows: form.tileCount(problem), columns: problem.outputChannels, matrices: form.size, traits)
    let moved = Double(2 * (patches + products)) * Self.multiplyAddsPerFloatMoved
    return gemm * Double(problem.weights[2]) + (moved + Self.multiplyAddsPerLaunch * 2) / units
  }

  /// Multiply-adds in the time one float is moved to or from memory: what GPUs of the last ten years have in common.
  private static let multiplyAddsPerFloatMoved = 40.0
  /// Multiply-adds in the time between two launches that wait for each other.
  private static let multiplyAddsPerLaunch = 7e6

  /// The steps worth trying, with their costs: two tiles of each form.
  static func list(_ problem: ConvolutionProblem, _ traits: DeviceTraits) -> [WinogradSteps] {
    let window = problem.window
    let forms = WinogradForm.forms(
      kernel: window.kernel, strides: window.strides, dilations: window.dilations)
    return forms.flatMap { form in
      GemmTile.list(
        rows: form.tileCount(problem), columns: problem.outputChannels, matrices: form.size, traits
      ).prefix(2).map { WinogradSteps(form: form, tile: $0) }
    }
  }
}

extension WinogradForm {
  /// Tiles of outputs along each axis of an image.
  func tiles(_ problem: ConvolutionProblem) -> Spatial {
    Spatial(
      (problem.positions.height + rows.outputs - 1) / rows.outputs,
      (problem.positions.width + columns.outputs - 1) / columns.outputs)
  }

  /// Tiles of outputs in all images.
  func tileCount(_ problem: ConvolutionProblem) -> Int {
    let tiles = tiles(problem)
    return problem.image.shape[0] * tiles.height * tiles.width
  }
}

extension ConvolutionLowering {
  /// Emits the first two launches of `winograd_steps.clh` and returns the third.
  func winograd(_ steps: WinogradSteps, _ builder: inout PlanBuilder) throws(InceptError) -> Call {
    let form = steps.form
    // A filter of one column is one of one row on the image with its axes exchanged: one program for both.
    let isTransposed = form.columns.size == 1
    func ordered(_ pair: Spatial) -> Spatial {
      isTransposed ? Spatial(pair.width, pair.height) : pair
    }
    let tiles = ordered(form.tiles(problem))
    let positions = ordered(problem.positions)
    let strides = problem.image.strides
    let samples = ordered(Spatial(strides[1], strides[2]))
    let window = problem.window.strides
    let distances = ordered(Spatial(strides[1] * window.height, strides[2] * window.width))
    let (rows, columns) = isTransposed ? (form.columns, form.rows) : (form.rows, form.columns)
    let extents = [
      KernelSpecialization.Define("AY", rows.size), .init("MY", rows.outputs),
      .init("AX", columns.size), .init("MX", columns.outputs),
    ]
    let inputMacros =
      extents + [
        .init("INPUT_Y(d, v)", rows.inputCode), .init("INPUT_X(d, v)", columns.inputCode),
      ]
    let outputMacros =
      extents + [
        .init("INVERSE_Y(d, v)", rows.inverseCode), .init("INVERSE_X(d, v)", columns.inverseCode),
      ]
    let count = form.tileCount(problem)
    let channels = problem.weights[2]
    let (patches, products) = steps.scratch(problem)
    let v = builder.floatScratch(patches, name: "winograd patches")
    let p = builder.floatScratch(products, name: "winograd products")
    let grid: [Launch.Argument] = [
      .int(tiles.height), .int(tiles.width), .int(positions.height), .int(positions.width),
    ]
    builder.emit(
      stepKernel("winograd_input", inputMacros), variant: steps.name,
      arguments: image() + v + grid + [
        .int(strides[0]), .int(distances.height), .int(distances.width), .int(samples.height),
        .int(samples.width), .int(channels),
      ], global: [WinogradSteps.rowLength(problem), count], local: nil, step: "winograd-input")
    let tile = steps.tile
    let weights = try WinogradPacking(form: form, weights: problem.weights, blocking: blocking)
      .arguments(self.weights, &builder)
    builder.emit(
      stepKernel("winograd_products", tile.macros.map { KernelSpecialization.Define($0.0, $0.1) }),
      variant: steps.name,
      arguments: v + weights + p + [.int(count), .int(channels), .int(blocking.panels)],
      global: [
        (count + tile.rows - 1) / tile.rows * tile.groupColumns, blocking.panels * tile.groupRows,
        form.size,
      ], local: [tile.groupColumns, tile.groupRows, 1], step: "winograd-products")
    let bias = try ConvolutionPacking(
      weights: problem.weights, blocking: blocking, isChannelMajor: false
    ).biasArguments(self.bias, &builder)
    return Call(
      kernel: stepKernel("winograd_output", outputMacros + problem.activations.defines),
      arguments: p + bias + destinations(isTransposed: isTransposed) + grid,
      global: [blocking.blocks.count * 16, count], local: nil)
  }

  private func stepKernel(_ name: String, _ defines: [KernelSpecialization.Define])
    -> KernelSpecialization
  {
    KernelSpecialization(file: "\(name).cl", entry: name, defines: defines)
  }
}

extension PlanBuilder {
  /// Scratch for floats, whatever elements are stored as elsewhere, as a kernel argument pair.
  mutating func floatScratch(_ count: Int, name: String) -> [Launch.Argument] {
    let view = scratch([count * 4 / options.precision.bytes], name: name)
    return Launch.Argument.views(view)
  }
}
