import Operators
import TensorCore

extension ConvolutionLowering {
  /// The launch of `conv2d_winograd.cl`.
  func winograd(_ tiling: WinogradTiling, _ builder: inout PlanBuilder) throws(InceptError) -> Call
  {
    let form = tiling.form
    // A filter of one column is one of one row on the image with its axes exchanged: one program for both.
    let isTransposed = form.columns.size == 1
    let (rows, columns) = isTransposed ? (form.columns, form.rows) : (form.rows, form.columns)
    let channels = problem.weights[2]
    let panels = blocking.panels
    let itemPanels = tiling.itemPanels(panels)
    let count = tiling.tileCount(problem)
    let blockCount = (count + tiling.groupTiles - 1) / tiling.groupTiles
    let splits = (panels + itemPanels - 1) / itemPanels
    let elements = tiling.workElements(channels: channels)

    var global = [blockCount, splits]
    let work: [Launch.Argument]
    if tiling.isGlobal {
      // As many groups as are at work at a time, so that their slices stay in the caches.
      let groups = max(1, min(blockCount, (2 * builder.traits.computeUnits + splits - 1) / splits))
      global = [groups, splits]
      let scratch = builder.scratch([groups * splits * elements], name: "winograd work")
      work = [.buffer(scratch.storage), .offset(scratch.storage, 0), .int(elements)]
    } else {
      work = [.localBytes(elements * 4), .int(0), .int(0)]
    }
    let packing = WinogradPacking(form: form, weights: problem.weights, blocking: blocking)
    let bias = ConvolutionPacking(
      weights: problem.weights, blocking: blocking, isChannelMajor: false)
    let tensors =
      try image() + packing.arguments(weights, &builder) + bias.biasArguments(self.bias, &builder)
      + destinations(isTransposed: isTransposed) + work
    let tiles = exchanged(tiling.tiles(problem), isTransposed)
    let positions = exchanged(problem.positions, isTransposed)
    let strides = problem.image.strides
    let steps = exchanged(Spatial(strides[1], strides[2]), isTransposed)
    let distances = exchanged(
      Spatial(
        strides[1] * problem.window.strides.height, strides[2] * problem.window.strides.width),
      isTransposed)
    return Call(
      kernel: winogradKernel(tiling, rows: rows, columns: columns),
      arguments: tensors + [
        .int(count), .int(tiles.height), .int(tiles.width), .int(positions.height),
        .int(positions.width), .int(strides[0]), .int(distances.height), .int(distances.width),
        .int(steps.height), .int(steps.width), .int(channels), .int(panels), .int(itemPanels),
        .int(tiling.groupTiles),
      ], global: global, local: [1, 1])
  }

  private func exchanged(_ pair: Spatial, _ isTransposed: Bool) -> Spatial {
    isTransposed ? Spatial(pair.width, pair.height) : pair
  }

  private func winogradKernel(
    _ tiling: WinogradTiling, rows: WinogradTransform, columns: WinogradTransform
  ) -> KernelSpecialization {
    typealias Define = KernelSpecialization.Define
    return KernelSpecialization(
      file: "conv2d_winograd.cl", entry: "conv2d_winograd",
      defines: [Define("MR", tiling.pixels), Define("NV", tiling.blocks)]
        + (tiling.isGlobal ? [Define("WORK_IS_GLOBAL", 1)] : [])
        + [
          Define("AY", rows.size), Define("MY", rows.outputs), Define("AX", columns.size),
          Define("MX", columns.outputs), Define("INPUT_Y(d, v)", rows.inputCode),
          Define("INPUT_X(d, v)", columns.inputCode), Define("INVERSE_Y(d, v)", rows.inverseCode),
          Define("INVERSE_X(d, v)", columns.inverseCode),
        ] + problem.activations.defines)
  }
}
