import TensorCore

/// Gives every region its place in the arena so that regions in conflict, alive at the same time for one, never
/// overlap.
///
/// Regions without a border go where the first gap is, largest first. Regions with a border share a slot only
/// with regions of the same geometry and keep it for good: nobody else writes where their zeros are, and
/// the zeros are written once, when the arena is made.
enum ArenaPlanner {
  /// Elements that offsets are multiples of: one cache line.
  static let alignment = 16

  /// Sets the offsets of all regions but the inputs'. Returns the arena's size in elements, or nil on overflow.
  ///
  /// - Parameter conflict: Whether two regions must not share memory.
  static func place(
    _ regions: inout [Plan.Region], conflict: ([Plan.Region], Int, Int) -> Bool
  ) -> Int? {
    var end = 0
    var slots: [Plan.Region.Geometry: [(offset: Int, members: [Int])]] = [:]
    let bordered = regions.indices
      .filter { !regions[$0].isInput && !regions[$0].geometry.border.isNone }
      .sorted { regions[$0].lifetime.lowerBound < regions[$1].lifetime.lowerBound }
    for index in bordered {
      let region = regions[index]
      var list = slots[region.geometry] ?? []
      let free = list.firstIndex { slot in
        !slot.members.contains { conflict(regions, $0, index) }
      }
      if let free {
        list[free].members.append(index)
        regions[index].offset = list[free].offset
      } else {
        guard let size = aligned(region.elementCount) else { return nil }
        regions[index].offset = end
        list.append((end, [index]))
        let (next, overflow) = end.addingReportingOverflow(size)
        guard !overflow else { return nil }
        end = next
      }
      slots[region.geometry] = list
    }
    let base = end
    var placed: [Int] = []
    let plain = regions.indices
      .filter { !regions[$0].isInput && regions[$0].geometry.border.isNone }
      .sorted { (regions[$0].elementCount, $1) > (regions[$1].elementCount, $0) }
    for index in plain {
      guard let size = aligned(regions[index].elementCount) else { return nil }
      let neighbours = placed.filter { conflict(regions, $0, index) }
        .map { (regions[$0].offset, aligned(regions[$0].elementCount) ?? 0) }
        .sorted { $0.0 < $1.0 }
      var offset = base
      for (start, length) in neighbours {
        if start - offset >= size { break }
        offset = max(offset, start + length)
      }
      regions[index].offset = offset
      let (next, overflow) = offset.addingReportingOverflow(size)
      guard !overflow else { return nil }
      end = max(end, next)
      placed.append(index)
    }
    return end
  }

  private static func aligned(_ count: Int) -> Int? {
    let (sum, overflow) = max(count, 1).addingReportingOverflow(alignment - 1)
    return overflow ? nil : sum / alignment * alignment
  }
}
