import TensorCore

/// Where a dataset's elements lie (format section IV.A.2.i, version 3).
enum HDF5Layout: Sendable, Hashable {
  /// One run of bytes in the file; nil where none was written.
  case contiguous(address: Int?, byteCount: Int)
  /// Equal blocks, found by a B-tree; the block's extents.
  case chunked(tree: Int?, chunk: Shape)

  /// Reads a layout message.
  init(_ message: HDF5Cursor) throws(InceptError) {
    var message = message
    let version = try message.byte()
    let kind = try message.byte()
    guard kind != 3 || version < 3 else {
      throw message.bad(
        "no virtual dataset", "one", hint: "other files are never opened; copy the data into this")
    }
    guard version == 3 else {
      throw message.bad("version 3", "version \(version)", hint: HDF5Superblock.resaveHint)
    }
    switch kind {
    case 0:
      let count = try message.number(UInt16.self)
      let address = message.address
      try message.skip(count)
      self = .contiguous(address: address, byteCount: count)
    case 1:
      let address = try message.fileAddress()
      self = .contiguous(address: address, byteCount: try message.number(UInt64.self))
    case 2:
      let rank = try message.byte() - 1
      guard (1...HDF5Limits.rank).contains(rank) else {
        throw message.bad("1 to \(HDF5Limits.rank) extents", "\(rank)")
      }
      let tree = try message.fileAddress()
      var extents: [Int] = []
      for _ in 0..<rank { extents.append(try message.number(UInt32.self)) }
      self = .chunked(tree: tree, chunk: Shape(extents))
    default: throw message.bad("compact, contiguous or chunked data", "class \(kind)")
    }
  }
}
