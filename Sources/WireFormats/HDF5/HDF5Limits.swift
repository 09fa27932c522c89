/// Bounds that keep a hostile HDF5 file from costing more than a few seconds and a gigabyte.
enum HDF5Limits {
  /// Bytes of metadata (headers, tree nodes, strings) read from one file, counting repeated reads.
  static let metadataBytes = 64 << 20
  /// Bytes of metadata that unpacking one chunk is charged as: what it costs beside its bytes.
  static let chunkCharge = 256
  /// Bytes of chunked data unpacked from one file. Contiguous data is mapped and doesn't count.
  static let decodedBytes = 384 << 20
  /// Bytes of one unpacked chunk.
  static let chunkBytes = 128 << 20
  /// Extents of a dataspace; the format's own bound.
  static let rank = 32
  /// Levels of a B-tree.
  static let treeLevels = 16
  /// Bytes of a path, which every object below it carries along.
  static let pathBytes = 4096
  /// Components of a path.
  static let pathDepth = 64
  /// Filters of one pipeline; the format's own bound.
  static let filters = 32
}
