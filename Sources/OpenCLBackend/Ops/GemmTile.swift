/// The tiles of a matrix product for devices with work-item groups: `gemm_tile.clh`.
///
/// The shapes are those that tuned libraries settle on for GPUs (CLBlast, MIOpen, dlprimitives): 64 to 256 work-items
/// a group, 4x4 to 8x8 results a work-item, 16 steps of the inner axis at a time.
struct GemmTile: Hashable, Sendable {
  /// Rows, columns and inner steps of a group.
  let rows: Int, columns: Int
  var inner: Int { 16 }
  /// Rows and columns of one work-item.
  let itemRows: Int, itemColumns: Int
  /// Multiply-adds a cycle next to the largest tile, where enough groups keep the device busy: larger register tiles
  /// read less of local memory.
  let efficiency: Double

  /// `64x64x16`: unique in ``all``.
  var name: String { "\(rows)x\(columns)x\(inner)" }
  /// Work-items along columns.
  var groupColumns: Int { columns / itemColumns }
  /// Work-items along rows.
  var groupRows: Int { rows / itemRows }
  /// Work-items of a group.
  var items: Int { groupRows * groupColumns }

  /// Local memory of a group in bytes.
  func localBytes(elementBytes: Int) -> Int { inner * (rows + 4 + columns) * elementBytes }

  /// The macros that `gemm_tile.clh` describes.
  var macros: [(String, Int)] {
    [
      ("TILE_M", rows), ("TILE_N", columns), ("TILE_K", inner), ("ITEM_M", itemRows),
      ("ITEM_N", itemColumns),
    ]
  }

  /// Whether a device can run it, and if not, why.
  func accepts(_ traits: DeviceTraits) -> Acceptance {
    guard items <= traits.maxWorkGroupSize else {
      return .no("work-group of \(items), the device allows \(traits.maxWorkGroupSize)")
    }
    // Two groups at a time hide each other's waiting; and Mesa's rusticl takes twice what a kernel declares.
    let bytes = localBytes(elementBytes: 4)
    guard bytes * 2 <= traits.localMemoryBytes else {
      return .no(
        "\(bytes) bytes of local memory, the device has \(traits.localMemoryBytes) for two groups")
    }
    return .yes
  }

  /// Every tile.
  static let all: [GemmTile] = [
    GemmTile(rows: 128, columns: 128, itemRows: 8, itemColumns: 8, efficiency: 1),
    GemmTile(rows: 128, columns: 64, itemRows: 8, itemColumns: 8, efficiency: 0.97),
    GemmTile(rows: 64, columns: 64, itemRows: 8, itemColumns: 4, efficiency: 0.9),
    GemmTile(rows: 64, columns: 32, itemRows: 4, itemColumns: 4, efficiency: 0.75),
    GemmTile(rows: 32, columns: 64, itemRows: 4, itemColumns: 4, efficiency: 0.75),
    GemmTile(rows: 32, columns: 32, itemRows: 4, itemColumns: 4, efficiency: 0.7),
    GemmTile(rows: 16, columns: 64, itemRows: 4, itemColumns: 4, efficiency: 0.6),
    GemmTile(rows: 16, columns: 32, itemRows: 4, itemColumns: 4, efficiency: 0.5),
  ]

  /// The tiles a device can run in the order in which they should be tried on `matrices` products of `rows` rows and
  /// `columns` columns.
  static func list(rows: Int, columns: Int, matrices: Int = 1, _ traits: DeviceTraits) -> [GemmTile]
  {
    let costs = all.map { tile in
      (tile, tile.cost(rows: rows, columns: columns, matrices: matrices, traits))
    }
    return costs.sorted { $0.1 < $1.1 }.map(\.0)
  }

  /// Relative time: what the busiest compute unit multiplies, padding included, over how well it does that. A unit
  /// needs several hundred work-items at a time to hide the time that memory takes.
  func cost(rows: Int, columns: Int, matrices: Int, _ traits: DeviceTraits) -> Double {
    let tileRows = (rows + self.rows - 1) / self.rows
    let tileColumns = (columns + self.columns - 1) / self.columns
    let groups = tileRows * tileColumns * matrices
    let units = Swift.max(1, traits.computeUnits)
    let rounds = (groups + units - 1) / units
    let resident = Double(Swift.min(rounds, 4) * items)
    let occupancy = Swift.min(1, resident / 256)
    return Double(rounds * self.rows * self.columns) / (efficiency * (0.25 + 0.75 * occupancy))
  }
}
