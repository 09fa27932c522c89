import Operators
import TensorCore

/// What `StridedSlice` cuts out, as Python's `x[1:2, ..., None, ::-1, 3]` says it.
struct StridedSliceSpecification {
  let begins: [Int], ends: [Int], steps: [Int]
  /// Bit masks over the entries: which begins and ends are left out, which is `...`, which are `None`, which are
  /// single indices.
  let beginMask: Int, endMask: Int, ellipsisMask: Int, newAxisMask: Int, shrinkMask: Int

  /// Ranges to cut, and the extents under which the rest is returned; nil where they don't fit `shape`.
  func resolved(_ shape: Shape) -> (ranges: [Slice.Range], dimensions: [Int])? {
    guard begins.count == ends.count, begins.count == steps.count,
      begins.count <= FlatNode.rankLimit
    else { return nil }
    let entries = begins.indices
    let consumed = entries.count { !has(newAxisMask, $0) && !has(ellipsisMask, $0) }
    guard consumed <= shape.rank, entries.count(where: { has(ellipsisMask, $0) }) <= 1 else {
      return nil
    }
    var ranges: [Slice.Range] = []
    var dimensions: [Int] = []
    var axis = 0
    for entry in entries {
      if has(ellipsisMask, entry) {
        for _ in 0..<shape.rank - consumed {
          dimensions.append(shape[axis])
          axis += 1
        }
      } else if has(newAxisMask, entry) {
        dimensions.append(1)
      } else {
        guard let count = cut(entry, axis, shape[axis], &ranges) else { return nil }
        if !has(shrinkMask, entry) { dimensions.append(count) }
        axis += 1
      }
    }
    dimensions += shape.dimensions[axis...]
    return (ranges, dimensions)
  }

  /// Adds the range of one axis, if it isn't all of it; returns how many elements it has.
  private func cut(
    _ entry: Int, _ axis: Int, _ extent: Int, _ ranges: inout [Slice.Range]
  ) -> Int? {
    if has(shrinkMask, entry) {
      let index = begins[entry] < 0 ? begins[entry] + extent : begins[entry]
      guard (0..<extent).contains(index) else { return nil }
      ranges.append(Slice.Range(axis: axis, start: index, end: index + 1))
      return 1
    }
    let step = steps[entry]
    guard step != 0, step != Int.min else { return nil }
    let (omitsBegin, omitsEnd) = (has(beginMask, entry), has(endMask, entry))
    if omitsBegin, omitsEnd, step == 1 { return extent }
    let start = omitsBegin ? (step > 0 ? 0 : extent - 1) : begins[entry]
    let end = omitsEnd ? (step > 0 ? extent : -extent - 1) : ends[entry]
    let range = Slice.Range(axis: axis, start: start, end: end, step: step)
    ranges.append(range)
    let alone = Slice.Range(axis: 0, start: start, end: end, step: step)
    return Slice([alone]).resolved([extent])?.first?.count
  }

  private func has(_ mask: Int, _ entry: Int) -> Bool { mask >> entry & 1 == 1 }
}
