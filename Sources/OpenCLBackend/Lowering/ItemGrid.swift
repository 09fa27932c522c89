/// A grid with a work-item for every result, in work-groups whose size is one of a few.
///
/// Left to the driver, groups divide the grid: on a GPU a prime extent then makes groups of one work-item, and PoCL
/// compiles the kernel again for every size. Here the grid is rounded up; the work-items beyond its end have nothing to
/// do, which kernels learn from their last arguments (`ITEMS1` to `ITEMS3` of `common.clh`).
struct ItemGrid: Hashable, Sendable {
  /// Work-items of a group, where the device allows as many: whole vectors of any GPU, and so few that kernels with many
  /// registers may still be launched.
  static let groupSize = 64

  /// Work-items along each of one to three axes, the ones without work too.
  let global: [Int]
  /// Work-items of a group, along the same axes.
  let local: [Int]
  /// The results along each axis: the kernel's last arguments.
  let arguments: [Launch.Argument]

  /// A grid for `extents` results along one to three axes, the fastest first.
  init(_ extents: [Int], _ traits: DeviceTraits) {
    var free = Self.groupSize
    while free > max(1, traits.maxWorkGroupSize) { free /= 2 }
    var local: [Int] = []
    for extent in extents {
      let side = Self.side(extent, atMost: free)
      local.append(side)
      free /= side
    }
    self.local = local
    global = zip(extents, local).map { ($0 + $1 - 1) / $1 * $1 }
    arguments = extents.map { .int($0) }
  }

  /// The power of two that leaves the fewest work-items of an axis without work, of those that give every vector of a
  /// GPU some; of equals the largest.
  private static func side(_ extent: Int, atMost limit: Int) -> Int {
    var best = limit
    while best > 1, best / 2 >= extent { best /= 2 }
    func covered(_ side: Int) -> Int { (extent + side - 1) / side * side }
    var side = best / 2
    while side >= 16 {
      if covered(side) < covered(best) { best = side }
      side /= 2
    }
    return best
  }
}
