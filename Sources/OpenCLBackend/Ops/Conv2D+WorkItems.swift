import GraphIR
import TensorCore

/// The launches of the kernels for devices with work-item groups.
extension ConvolutionLowering {
  /// Multiplies tiles of pixels and channels: `conv2d_tiled.cl`.
  func tiledLaunch(
    _ tile: GemmTile, _ walk: ConvolutionProblem.Walk, _ blocking: ConvolutionProblem.Blocking
  ) -> KernelLaunch {
    KernelLaunch(
      kernel: kernel(
        "conv2d_tiled", tile.defines.map { ($0.name, $0.value) } + [
          ("IMAGE_VECTOR", problem.readsQuads(walk) ? "4" : "1")
        ]),
      geometry: geometry(walk) + groupArguments(blocking),
      global: [
        (problem.pixels + tile.rows - 1) / tile.rows * tile.groupColumns,
        blocking.panels * tile.groupRows,
      ], local: [tile.groupColumns, tile.groupRows])
  }

  /// Few pixels: `conv2d_slices.cl`.
  func slicedLaunch(
    _ walk: ConvolutionProblem.Walk, _ blocking: ConvolutionProblem.Blocking, slices: Int
  ) -> KernelLaunch {
    let pixels = min(problem.pixels, 4)
    return KernelLaunch(
      kernel: kernel("conv2d_slices", [("PX", "\(pixels)"), ("SLICES", "\(slices)")]),
      geometry: geometry(walk) + groupArguments(blocking),
      global: [
        blocking.blocks.count * slices * 16, (problem.pixels + pixels - 1) / pixels,
      ], local: [slices * 16, 1])
  }

  /// Four channels of a few neighbouring pixels: `conv2d_depthwise_items.cl`.
  func depthwiseItemsLaunch(_ blocking: ConvolutionProblem.Blocking) -> KernelLaunch {
    let width = problem.positions.width
    let pixels = width >= 8 ? 4 : width >= 2 ? 2 : 1
    return KernelLaunch(
      kernel: kernel("conv2d_depthwise_items", [("PX", "\(pixels)")]),
      geometry: depthwiseGeometry(),
      global: [
        blocking.blocks.count * 4, (width + pixels - 1) / pixels,
        problem.image.shape[0] * problem.positions.height,
      ], local: nil)
  }
}

/// What a variant launches, apart from the tensors.
struct KernelLaunch {
  let kernel: KernelSpecialization
  let geometry: [Launch.Argument]
  let global: [Int]
  let local: [Int]?
}

extension ConvolutionProblem {
  /// Whether four neighbouring taps are always one aligned load.
  func readsQuads(_ walk: Walk) -> Bool {
    let steps = [
      firstTap, image.strides[0], window.strides.height * image.strides[1],
      window.strides.width * image.strides[2], walk.outerStep, walk.middleStep, walk.run,
    ]
    return steps.allSatisfy { $0.isMultiple(of: 4) }
      && (groups == 1 || weights[2].isMultiple(of: 4)) && image.strides[3] == 1
  }
}
