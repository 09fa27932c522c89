import Operators

/// How `conv2d_winograd.cl` cuts a convolution: the algorithm, the register tile, and what a work-item takes.
struct WinogradTiling: Hashable, Sendable {
  let form: WinogradForm
  /// Register tile: tiles (of outputs) × blocks of 16 channels.
  let pixels: Int, blocks: Int
  /// Register tiles along the tiles that a work-item takes.
  let repeats: Int
  /// Work-items that share the channels of the same tiles; each transforms the input for itself.
  let splits: Int
  /// Whether the work memory is a slice of global memory for each group: for devices with little local memory.
  let isGlobal: Bool

  /// `F(4x4,3x3) 14x32 x2 /1`: algorithm, register tile, repeats, splits; `global` where local memory is not used.
  var name: String {
    "\(form.name) \(pixels)x\(blocks * 16)" + (repeats > 1 ? " x\(repeats)" : "")
      + (splits > 1 ? " /\(splits)" : "") + (isGlobal ? " global" : "")
  }

  /// Tiles of outputs that a work-item takes.
  var groupTiles: Int { pixels * repeats }

  /// Floats of work memory a group needs: transformed input and products.
  func workElements(channels: Int) -> Int {
    form.size * groupTiles * ((channels + 15) / 16 * 16 + blocks * 16)
  }

  /// Tiles of outputs along each axis of an image.
  func tiles(_ problem: ConvolutionProblem) -> Spatial {
    let (rows, columns) = (form.rows.outputs, form.columns.outputs)
    return Spatial(
      (problem.positions.height + rows - 1) / rows,
      (problem.positions.width + columns - 1) / columns)
  }

  /// Tiles of outputs in all images.
  func tileCount(_ problem: ConvolutionProblem) -> Int {
    let tiles = tiles(problem)
    return problem.image.shape[0] * tiles.height * tiles.width
  }

  /// Operations of the kernel, a fused multiply-add being one: the products, and the transforms, of which each split
  /// does the input's for itself. Without what tiles overlap and channels are padded.
  func multiplyAdds(_ problem: ConvolutionProblem) -> Int {
    let tile = form.multiplyAdds(
      channels: problem.weights[2], outputChannels: problem.outputChannels, inputTransforms: splits)
    return tileCount(problem) * tile
  }

  /// Panels of channels a work-item takes.
  func itemPanels(_ panels: Int) -> Int { (panels + splits - 1) / splits }

  func accepts(_ problem: ConvolutionProblem, _ traits: DeviceTraits) -> Acceptance {
    guard traits.style == .registerTiles else {
      return .leavesDeviceIdle
    }
    if let reason = form.refusal(of: problem) { return .no(reason) }
    let bytes = workElements(channels: problem.weights[2]) * 4
    if isGlobal {
      guard bytes <= Self.globalSliceLimit else {
        return .no("\(bytes) bytes of work memory a group, the limit is \(Self.globalSliceLimit)")
      }
      return .yes
    }
    guard bytes <= traits.localMemoryBytes else {
      return .no("\(bytes) bytes of local memory, the device has \(traits.localMemoryBytes)")
    }
    return .yes
  }

  /// Largest slice of global work memory: beyond it the slice no longer stays in a core's cache.
  static let globalSliceLimit = 1 << 20
  /// Local memory beyond which the weights that stream by no longer stay in a core's second-level cache.
  static let comfortableBytes = 640 << 10

  /// The tilings worth trying for a problem, the best by the cost model first, `count` of each form.
  static func list(
    _ problem: ConvolutionProblem, _ traits: DeviceTraits, count: Int
  ) -> [(tiling: WinogradTiling, cost: Double)] {
    let window = problem.window
    let forms = WinogradForm.forms(
      kernel: window.kernel, strides: window.strides, dilations: window.dilations,
      results: problem.positions)
    return forms.flatMap { form -> [(tiling: WinogradTiling, cost: Double)] in
      let local = candidates(form, problem, traits, isGlobal: false)
      let usable = local.isEmpty ? candidates(form, problem, traits, isGlobal: true) : local
      return usable.sorted { $0.cost < $1.cost }.prefix(count).map { $0 }
    }
  }

  private static func candidates(
    _ form: WinogradForm, _ problem: ConvolutionProblem, _ traits: DeviceTraits, isGlobal: Bool
  ) -> [(tiling: WinogradTiling, cost: Double)] {
    var list: [(tiling: WinogradTiling, cost: Double)] = []
    for tile in RegisterTile.list(traits) where tile.pixels >= 2 {
      for repeats in [1, 2, 3, 4] {
        for splits in [1, 2, 4, 8] {
          let tiling = WinogradTiling(
            form: form, pixels: tile.pixels, blocks: tile.blocks, repeats: repeats, splits: splits,
            isGlobal: isGlobal)
          let panels = (problem.outputChannels + tile.blocks * 16 - 1) / (tile.blocks * 16)
          guard splits <= panels, tiling.groupTiles < tiling.tileCount(problem) + tile.pixels,
            tiling.workElements(channels: problem.weights[2]) * 4 <= comfortableBytes,
            case .yes = tiling.accepts(problem, traits)
          else { continue }
          list.append((tiling, ConvolutionCost(problem, traits).winograd(tiling)))
        }
      }
    }
    return list
  }
}
