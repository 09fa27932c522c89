import Operators
import TensorCore

/// The ways to compute a convolution, in order of preference.
enum ConvolutionVariant: KernelVariant {
  /// `conv2d_depthwise.cl`: 16 channels at a time, one tap after the other.
  case depthwise
  /// `conv2d_direct.cl`: register tiles, one work-item per group.
  case direct(pixels: Int, blocks: Int)
  /// `conv2d_depthwise_items.cl`: four channels of a few pixels per work-item.
  case depthwiseItems
  /// `conv2d_slices.cl`: few pixels, each channel's taps shared by so many work-items.
  case slices(count: Int)
  /// `conv2d_tiled.cl`: tiles shared through local memory.
  case tiled(GemmTile)
  /// `conv2d_simple.cl`: one output value per work-item, anything goes.
  case simple

  var name: String {
    switch self {
    case .depthwise: "depthwise"
    case .direct(let pixels, let blocks): "direct \(pixels)x\(blocks * 16)"
    case .depthwiseItems: "depthwise items"
    case .slices(let count): "slices \(count)"
    case .tiled(let tile): "tiled \(tile.name)"
    case .simple: "simple"
    }
  }

  func accepts(_ problem: ConvolutionProblem, _ traits: DeviceTraits) -> Acceptance {
    if problem.activations.functions.count > ActivationTable.capacity {
      return .no("more than \(ActivationTable.capacity) different activations")
    }
    switch self {
    case .depthwise:
      if let reason = Self.notDepthwise(problem) { return .no(reason) }
      return traits.style == .registerTiles
        ? .yes : .no("made for devices without work-item groups")
    case .direct:
      guard traits.style == .registerTiles else {
        return .no("one work-item per group leaves most of the device idle")
      }
      return .yes
    case .depthwiseItems, .slices, .tiled: return acceptsWorkItems(problem, traits)
    case .simple: return .yes
    }
  }

  /// The list for a problem: the best register tile first.
  static func list(_ problem: ConvolutionProblem, _ traits: DeviceTraits) -> [ConvolutionVariant] {
    let tiles = registerTiles(traits).map { tile in
      (tile, work(problem, pixels: tile.pixels, blocks: tile.blocks, traits))
    }.sorted { $0.1 < $1.1 }.map(\.0)
    let direct = tiles.prefix(3).map {
      ConvolutionVariant.direct(pixels: $0.pixels, blocks: $0.blocks)
    }
    return [.depthwise] + direct + workItems(problem, traits) + [.simple]
  }

  /// Register tiles (pixels × blocks of 16 channels) whose accumulators, weights and broadcast fit the device's
  /// vector registers without spilling.
  private static func registerTiles(_ traits: DeviceTraits) -> [(
    pixels: Int, blocks: Int, efficiency: Double
  )] {
    switch traits.vectorWidth {
    case 16...:
      return [
        (10, 2, 1), (8, 3, 0.97), (9, 3, 0.97), (6, 4, 0.97), (5, 4, 0.98), (4, 5, 0.98),
        (8, 2, 0.97), (14, 2, 0.95), (4, 4, 0.95), (13, 2, 0.95), (2, 8, 0.85), (1, 8, 0.6),
        (1, 4, 0.5), (16, 1, 0.8), (8, 1, 0.7), (4, 1, 0.5), (1, 1, 0.2),
      ]
    case 8...:
      return [
        (6, 1, 1), (3, 2, 0.95), (4, 1, 0.9), (2, 2, 0.85), (2, 1, 0.6), (1, 4, 0.6), (1, 1, 0.4),
      ]
    default: return [(3, 1, 1), (2, 1, 0.9), (1, 2, 0.8), (1, 1, 0.7)]
    }
  }

  /// Relative time: padded multiply-adds of the busiest core over the tile's efficiency.
  private static func work(
    _ problem: ConvolutionProblem, pixels: Int, blocks: Int, _ traits: DeviceTraits
  ) -> Double {
    let efficiency =
      registerTiles(traits).first { $0.pixels == pixels && $0.blocks == blocks }?.efficiency ?? 1
    let panels = problem.blocking(blocks).panels
    let tiles = (problem.pixels + pixels - 1) / pixels
    let cores = Swift.max(1, traits.computeUnits)
    let rounds = (tiles * panels + cores - 1) / cores
    // Each panel walks the whole image; a large one no longer stays in the cache between two walks.
    let isWide = blocks >= 4 || problem.pixels < 4096
    return Double(rounds * pixels * blocks) / (isWide ? efficiency : efficiency * 0.85)
  }
}
