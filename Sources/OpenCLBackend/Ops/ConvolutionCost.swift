import Operators

/// Predicted time of a convolution on a device with register tiles, in fused multiply-adds of one `float16` on one
/// core. Only the order of the predictions matters; the tuner measures.
struct ConvolutionCost {
  let problem: ConvolutionProblem
  let traits: DeviceTraits

  init(_ problem: ConvolutionProblem, _ traits: DeviceTraits) {
    self.problem = problem
    self.traits = traits
  }

  private var cores: Int { Swift.max(1, traits.computeUnits) }

  /// `conv2d_direct.cl`: padded multiply-adds of the busiest core over the tile's efficiency.
  func direct(_ tile: RegisterTile) -> Double {
    let panels = problem.blocking(tile.blocks).panels
    let tiles = (problem.pixels + tile.pixels - 1) / tile.pixels
    let rounds = (tiles * panels + cores - 1) / cores
    // Each panel walks the whole image; a large one no longer stays in the cache between two walks.
    let isWide = tile.blocks >= 4 || problem.pixels < 4096
    let efficiency = isWide ? tile.efficiency : tile.efficiency * 0.85
    let taps = problem.weights[0] * problem.weights[1] * problem.weights[2]
    return Double(rounds * tile.pixels * tile.blocks * taps) / efficiency
  }

  /// `conv2d_winograd.cl`.
  func winograd(_ tiling: WinogradTiling) -> Double {
    let form = tiling.form
    let channels = problem.weights[2]
    let panels = problem.blocking(tiling.blocks).panels
    let itemPanels = tiling.itemPanels(panels)
    let tiles = Double(tiling.groupTiles)
    let efficiency =
      RegisterTile.list(traits).first { $0.pixels == tiling.pixels && $0.blocks == tiling.blocks }?
      .efficiency ?? 0.5
    // Narrow tiles read more weights for each product, and these come from farther away than in a direct convolution.
    let reuse = tiling.pixels >= 6 ? 0.95 : 0.85
    let points = Double(form.size)
    let columns = Double(itemPanels * tiling.blocks)

    let product = points * Double(channels) * tiles * columns / (efficiency * reuse)
    // Weights stream by once for each group of tiles, at some 6 bytes a cycle from the last-level cache.
    let stream = points * Double(channels) * columns * 64 / 6
    let (rows, across) = (form.rows, form.columns)
    let moves = form.isOneDimensional ? 2.0 : 3.5
    let input =
      Double(across.size * rows.inputOperations + rows.size * across.inputOperations) + moves
      * points
    let inverse =
      Double(
        across.size * rows.inverseOperations + rows.outputs * across.inverseOperations)
      + moves * points + Double(form.outputs)
    let blocks = Double((channels + 15) / 16)
    let item =
      Swift.max(product, stream) + tiles * (blocks * input + columns * (inverse + points)) * 0.6
      + 500

    let count = tiling.tileCount(problem)
    let groups = (count + tiling.groupTiles - 1) / tiling.groupTiles
    let items = groups * ((panels + itemPanels - 1) / itemPanels)
    let rounds = Double((items + cores - 1) / cores)
    // Few long items leave a core waiting for one that was disturbed.
    return rounds * item * (1 + 0.03 / rounds)
  }
}
