import Operators
import TensorCore

/// The launches of the kernels for devices with work-item groups.
extension ConvolutionLowering {
  /// Multiplies tiles of pixels and channels: `conv2d_tiled.cl`.
  func tiledCall(
    _ tile: GemmTile, _ walk: ConvolutionProblem.Walk, _ tensors: [Launch.Argument]
  ) -> Call {
    let vector = problem.readsQuads(walk) ? 4 : 1
    return Call(
      kernel: kernel("conv2d_tiled", tile.macros + [("IMAGE_VECTOR", vector)]),
      arguments: tensors + geometry(walk) + groupArguments,
      global: [
        (problem.pixels + tile.rows - 1) / tile.rows * tile.groupColumns,
        blocking.panels * tile.groupRows,
      ], local: [tile.groupColumns, tile.groupRows])
  }

  /// Few pixels: `conv2d_slices.cl`.
  func slicedCall(
    _ slices: Int, _ walk: ConvolutionProblem.Walk, _ tensors: [Launch.Argument]
  ) -> Call {
    let pixels = min(problem.pixels, 4)
    return Call(
      kernel: kernel("conv2d_slices", [("PX", pixels), ("SLICES", slices)]),
      arguments: tensors + geometry(walk) + groupArguments,
      global: [
        blocking.blocks.count * slices * 16, (problem.pixels + pixels - 1) / pixels,
      ], local: [slices * 16, 1])
  }

  /// Four channels of a few neighbouring pixels: `conv2d_depthwise_items.cl`.
  func depthwiseItemsCall(_ tensors: [Launch.Argument], _ traits: DeviceTraits) -> Call {
    let width = problem.positions.width
    let pixels = width >= 8 ? 4 : width >= 2 ? 2 : 1
    let grid = ItemGrid(
      [
        blocking.blocks.count * 4, (width + pixels - 1) / pixels,
        problem.image.shape[0] * problem.positions.height,
      ], traits)
    return Call(
      kernel: kernel("conv2d_depthwise_items", [("PX", pixels)]),
      arguments: tensors + depthwiseGeometry + grid.arguments, global: grid.global,
      local: grid.local)
  }
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
