import TensorCore

/// The extents of a dataset or an attribute (format section IV.A.2.b).
struct HDF5Dataspace: Sendable {
  /// Extents, outermost first; their product is known to fit `Int`.
  let shape: Shape

  /// Reads a dataspace message. Refuses extents whose product, zeros left out, doesn't fit 48 bits.
  init(_ message: HDF5Cursor) throws(InceptError) {
    var message = message
    let version = try message.byte()
    let rank = try message.byte()
    let flags = try message.byte()
    let type: Int
    switch version {
    case 1:
      type = 1
      try message.skip(5)
    case 2: type = try message.byte()
    default: throw message.bad("version 1 or 2", "version \(version)")
    }
    guard rank <= HDF5Limits.rank, flags & 2 == 0 else {
      throw message.bad("at most \(HDF5Limits.rank) extents", "\(rank)")
    }
    guard type <= 1 else {
      shape = [0]
      return
    }
    var extents: [Int] = []
    var product = 1
    for _ in 0..<rank {
      let extent = try message.number(UInt64.self)
      let (next, overflow) = product.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow, next < 1 << 48 else {
        throw message.bad("a shape that fits in memory", "\(Shape(extents + [extent]))")
      }
      product = next
      extents.append(extent)
    }
    shape = Shape(extents)
  }
}
