import TensorCore

/// The start of an HDF5 file, versions 0 and 1 (format section II.A).
struct HDF5Superblock {
  /// The eight bytes that every HDF5 file starts with.
  static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
  /// What to do about a file in a form that isn't read.
  static let resaveHint = "save it again with h5py's defaults (no libver, no track_order)"

  /// Where the root group's object header lies.
  let rootAddress: Int

  /// Reads and checks the superblock.
  init(_ file: MappedFile) throws(InceptError) {
    var cursor = HDF5Cursor(
      file.bytes, at: 0, owner: HDF5Place(file: file.name, path: "/"), structure: "superblock")
    guard file.bytes.starts(with: HDF5Superblock.signature) else {
      throw InceptError(
        .badData, subject: file.name, expected: "expected an HDF5 file", found: "other bytes")
    }
    try cursor.skip(8)
    let version = try cursor.byte()
    guard version <= 1 else {
      throw cursor.bad("version 0 or 1", "version \(version)", hint: Self.resaveHint)
    }
    try cursor.skip(4)
    let sizes = (try cursor.byte(), try cursor.byte())
    guard sizes == (8, 8) else {
      throw cursor.bad("8-byte offsets and lengths", "\(sizes.0) and \(sizes.1)")
    }
    try cursor.skip(version == 0 ? 9 : 13)
    let base = try cursor.fileAddress()
    guard base == 0 else { throw cursor.bad("base address 0", "\(base ?? -1)") }
    try cursor.skip(8)
    guard let end = try cursor.fileAddress(), end <= file.bytes.count else {
      throw cursor.bad(
        "an end within the file's \(file.bytes.count) bytes", "one beyond",
        hint: "the file is truncated")
    }
    try cursor.skip(16)
    guard let root = try cursor.fileAddress() else {
      throw cursor.bad("a root group", "none")
    }
    rootAddress = root
  }
}
