/// A register tile of the kernels for CPUs: accumulators of pixels × blocks of 16 channels.
struct RegisterTile: Hashable, Sendable {
  /// Rows of the tile: pixels, or tiles of Winograd's algorithm.
  let pixels: Int
  /// Columns of the tile, 16 channels each.
  let blocks: Int
  /// Share of the device's peak it reaches in a long product.
  let efficiency: Double
  /// Whether products are summed in float64 and rounded once.
  let sumsFloat64: Bool

  private init(_ pixels: Int, _ blocks: Int, _ efficiency: Double, sumsFloat64: Bool = false) {
    self.pixels = pixels
    self.blocks = blocks
    self.efficiency = efficiency
    self.sumsFloat64 = sumsFloat64
  }

  /// The tiles whose accumulators, weights and broadcast fit the device's vector registers without spilling.
  static func list(_ traits: DeviceTraits) -> [RegisterTile] {
    switch traits.vectorWidth {
    case 16...: wide
    case 8...: medium
    default: narrow
    }
  }

  /// The tiles with sums in float64, which take twice the registers; none where the device has no float64.
  static func float64(_ traits: DeviceTraits) -> [RegisterTile] {
    guard traits.hasDoubleArithmetic else { return [] }
    switch traits.vectorWidth {
    case 16...: return wideFloat64
    case 8...: return [float64(2, 1, 1), float64(1, 1, 0.8)]
    default: return [float64(1, 1, 1)]
    }
  }

  private static func float64(_ pixels: Int, _ blocks: Int, _ efficiency: Double) -> RegisterTile {
    RegisterTile(pixels, blocks, efficiency, sumsFloat64: true)
  }

  private static let wideFloat64 = [
    float64(6, 2, 1), float64(12, 1, 0.95), float64(5, 2, 0.97), float64(4, 2, 0.9),
    float64(2, 4, 0.9), float64(8, 1, 0.85), float64(1, 8, 0.6), float64(1, 4, 0.5),
    float64(4, 1, 0.6), float64(1, 1, 0.2),
  ]

  /// 32 registers of 16 floats.
  private static let wide = [
    RegisterTile(10, 2, 1), RegisterTile(8, 3, 0.97), RegisterTile(9, 3, 0.97),
    RegisterTile(6, 4, 0.97), RegisterTile(5, 4, 0.98), RegisterTile(4, 5, 0.98),
    RegisterTile(12, 2, 0.98), RegisterTile(7, 3, 0.97),
    RegisterTile(8, 2, 0.97), RegisterTile(14, 2, 0.95), RegisterTile(4, 4, 0.95),
    RegisterTile(13, 2, 0.95), RegisterTile(11, 2, 0.96), RegisterTile(6, 2, 0.9),
    RegisterTile(2, 8, 0.85), RegisterTile(1, 8, 0.6),
    RegisterTile(1, 4, 0.5), RegisterTile(16, 1, 0.8), RegisterTile(8, 1, 0.7),
    RegisterTile(4, 1, 0.5), RegisterTile(1, 1, 0.2),
  ]
  /// 16 registers of 8 floats: a block takes two.
  private static let medium = [
    RegisterTile(6, 1, 1), RegisterTile(3, 2, 0.95), RegisterTile(4, 1, 0.9),
    RegisterTile(2, 2, 0.85), RegisterTile(2, 1, 0.6), RegisterTile(1, 4, 0.6),
    RegisterTile(1, 1, 0.4),
  ]
  /// 16 registers of 4 floats, or fewer.
  private static let narrow = [
    RegisterTile(3, 1, 1), RegisterTile(2, 1, 0.9), RegisterTile(1, 2, 0.8),
    RegisterTile(1, 1, 0.7),
  ]
}
