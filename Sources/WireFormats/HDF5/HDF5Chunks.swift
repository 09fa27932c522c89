import TensorCore

/// Unpacks a chunked dataset into dense C order (format section III.A.1, node type 1).
struct HDF5Chunks {
  let file: HDF5File
  let path: String
  let shape: Shape
  let chunk: Shape
  let elementBytes: Int
  let filters: [HDF5Filter]

  /// One stored block.
  private struct Block {
    let origin: [Int]
    let address: Int
    let byteCount: Int
    let skippedFilters: Int
  }

  /// Reads every chunk. All of them have to be there: a weights file with holes is incomplete.
  func unpack(tree: Int?) throws(InceptError) -> TensorStorage {
    let chunkBytes = try checkedChunkBytes()
    let grid = zip(shape.dimensions, chunk.dimensions).map { ($0 + $1 - 1) / $1 }
    let expected = grid.reduce(1, *)
    guard let tree else { throw incomplete(expected, 0) }
    // Chunks at the border count whole: they are unpacked whole.
    let (work, overflow) = chunkBytes.multipliedReportingOverflow(by: expected)
    try file.charge(decoded: overflow ? .max : work, path)
    let blocks = try blocks(tree, grid: grid)
    guard blocks.count == expected else { throw incomplete(expected, blocks.count) }
    let total = shape.elementCount * elementBytes
    return try TensorStorage(byteCount: total) { (target) throws(InceptError) in
      for block in blocks {
        copy(try unfiltered(block, chunkBytes: chunkBytes), of: block, into: target)
      }
    }
  }

  private func checkedChunkBytes() throws(InceptError) -> Int {
    guard chunk.rank == shape.rank, !chunk.dimensions.contains(0),
      let count = chunk.checkedElementCount, count <= HDF5Limits.chunkBytes / elementBytes
    else {
      throw file.bad(
        path, "chunks of rank \(shape.rank) and at most \(HDF5Limits.chunkBytes) bytes",
        "\(chunk)")
    }
    return count * elementBytes
  }

  private func incomplete(_ expected: Int, _ found: Int) -> InceptError {
    file.bad(path, "\(expected) chunks for \(shape)", "\(found)")
  }

  private func blocks(_ tree: Int, grid: [Int]) throws(InceptError) -> [Block] {
    var blocks: [Block] = []
    var seen: Set<Int> = []
    var walk = HDF5Tree(file, path: path, kind: .chunks(rank: shape.rank))
    try walk.leaves(of: tree) { (key, address) throws(InceptError) in
      try file.charge(metadata: HDF5Limits.chunkCharge, path)
      var key = key
      let byteCount = try key.number(UInt32.self)
      let skipped = try key.number(UInt32.self)
      var origin: [Int] = []
      var index = 0
      for axis in 0..<shape.rank {
        let start = try key.number(UInt64.self)
        guard start < shape[axis], start % chunk[axis] == 0 else {
          throw key.bad("a chunk within \(shape)", "one at \(start) of axis \(axis)")
        }
        origin.append(start)
        index = index * grid[axis] + start / chunk[axis]
      }
      guard seen.insert(index).inserted else { throw key.bad("each chunk once", "one twice") }
      blocks.append(
        Block(
          origin: origin, address: address, byteCount: byteCount, skippedFilters: skipped))
    }
    return blocks
  }

  private func unfiltered(_ block: Block, chunkBytes: Int) throws(InceptError) -> [UInt8] {
    // A checksum may lie under the compression.
    let limit = chunkBytes + 4
    guard block.byteCount <= max(limit, limit / 8 * 9 + 1024) else {
      throw file.bad(path, "a chunk of about \(chunkBytes) bytes", "\(block.byteCount)")
    }
    var bytes = [UInt8](
      try file.slice(at: block.address, count: block.byteCount, path: path, "chunk"))
    for (position, filter) in filters.enumerated().reversed()
    where block.skippedFilters >> position & 1 == 0 {
      guard let undone = filter.undo(bytes, elementBytes: elementBytes, limit: limit) else {
        throw file.bad(path, "a chunk packed with \(filter)", "damaged data")
      }
      bytes = undone
    }
    guard bytes.count == chunkBytes else {
      throw file.bad(path, "a chunk of \(chunkBytes) bytes", "\(bytes.count)")
    }
    return bytes
  }

  /// Copies the part of a chunk that lies within the dataset, one innermost run at a time.
  private func copy(
    _ bytes: [UInt8], of block: Block, into target: UnsafeMutableRawBufferPointer
  ) {
    let extents = (0..<shape.rank).map { min(chunk[$0], shape[$0] - block.origin[$0]) }
    let last = shape.rank - 1
    let run = extents[last] * elementBytes
    let targetStrides = shape.denseStrides
    let chunkStrides = chunk.denseStrides
    let start = zip(block.origin, targetStrides).reduce(0) { $0 + $1.0 * $1.1 }
    var position = [Int](repeating: 0, count: shape.rank)
    bytes.withUnsafeBytes { source in
      while true {
        var to = start
        var from = 0
        for axis in 0..<last {
          to += position[axis] * targetStrides[axis]
          from += position[axis] * chunkStrides[axis]
        }
        UnsafeMutableRawBufferPointer(rebasing: target[(to * elementBytes)...])
          .copyMemory(
            from: UnsafeRawBufferPointer(rebasing: source[(from * elementBytes)...].prefix(run)))
        var axis = last - 1
        while axis >= 0 {
          position[axis] += 1
          if position[axis] < extents[axis] { break }
          position[axis] = 0
          axis -= 1
        }
        if axis < 0 { break }
      }
    }
  }
}
