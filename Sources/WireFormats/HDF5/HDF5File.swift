import Synchronization
import TensorCore

/// A read-only view of an HDF5 file: the subset of the format that Keras's writers use, read without libhdf5
/// (`docs/adr/0005-hdf5-safety.md` says why).
///
/// Reads superblocks 0 and 1, version 1 object headers, symbol-table groups and compactly linked groups,
/// attributes in headers, and contiguous, compact and chunked datasets (gzip, shuffle, fletcher32). Everything
/// else is refused by name. Nothing outside the file is ever opened: external, soft and user-defined links,
/// external storage and virtual datasets are errors. Every structure is bounds-checked, and the total work
/// is bounded (``HDF5Limits``), so that a hostile file ends in an error.
///
/// Format: "HDF5 File Format Specification Version 3.0", sections II to IV.
package final class HDF5File: Sendable {
  /// The file's name, the subject of errors.
  package let name: String
  /// The whole file as tensor storage; keeps it mapped.
  let storage: TensorStorage
  private let mapped: MappedFile
  private let rootAddress: Int
  private let spent = Mutex(Spending())

  private struct Spending {
    var metadata = 0
    var decoded = 0
  }

  /// Maps the file at `path` and reads its superblock.
  package convenience init(path: String) throws(InceptError) {
    try self.init(try MappedFile(path: path))
  }

  /// Reads the superblock of a mapped file. Throws `.badData` where it is no HDF5 file, is truncated, or uses
  /// a superblock newer than version 1.
  package init(_ file: MappedFile) throws(InceptError) {
    name = file.name
    mapped = file
    storage = file.tensorStorage
    rootAddress = try HDF5Superblock(file).rootAddress
  }

  /// The root group.
  package func root() throws(InceptError) -> HDF5Group {
    let object = try HDF5Object(self, path: "/", address: rootAddress)
    guard case .group(let group) = object else {
      throw bad("/", "a group at the root", "a dataset")
    }
    return group
  }

  /// A cursor over `count` bytes at `address`, charged to the file's metadata budget.
  func cursor(
    at address: Int, count: Int, path: String, _ structure: StaticString
  ) throws(InceptError) -> HDF5Cursor {
    try charge(metadata: count, path)
    return HDF5Cursor(
      try slice(at: address, count: count, path: path, structure), at: address,
      owner: place(path), structure: structure)
  }

  /// `count` bytes at `address`, uncharged.
  func slice(
    at address: Int, count: Int, path: String, _ structure: StaticString
  ) throws(InceptError) -> UnsafeRawBufferPointer {
    let bytes = mapped.bytes
    guard address >= 0, count >= 0, address <= bytes.count, count <= bytes.count - address else {
      throw bad(
        path, "its \(structure) within the file's \(bytes.count) bytes",
        "\(count) bytes at \(address)", hint: "the file may be truncated or damaged")
    }
    return UnsafeRawBufferPointer(rebasing: bytes[address..<address + count])
  }

  /// Charges metadata work that no cursor stands for.
  func charge(metadata count: Int, _ path: String) throws(InceptError) {
    let within = spent.withLock { spent in
      guard count <= HDF5Limits.metadataBytes - spent.metadata else { return false }
      spent.metadata += max(count, 1)
      return true
    }
    guard within else {
      throw bad(path, "at most \(HDF5Limits.metadataBytes) bytes of metadata", "more")
    }
  }

  /// Charges memory for unpacked data before it is allocated.
  func charge(decoded count: Int, _ path: String) throws(InceptError) {
    let within = spent.withLock { spent in
      guard count <= HDF5Limits.decodedBytes - spent.decoded else { return false }
      spent.decoded += count
      return true
    }
    guard within else {
      throw bad(
        path, "at most \(HDF5Limits.decodedBytes) bytes of chunked data in the file", "more",
        hint: "save it without chunks or compression")
    }
  }

  /// Number of bytes in the file.
  var byteCount: Int { mapped.bytes.count }

  /// The object at `path`, for errors.
  func place(_ path: String) -> HDF5Place { HDF5Place(file: name, path: path) }

  /// A `.badData` error about the object at `path`.
  func bad(
    _ path: String, _ expected: String, _ found: String, hint: String? = nil
  ) -> InceptError {
    InceptError(
      .badData, subject: place(path).subject,
      expected: "expected \(HDF5Place.printable(expected))", found: HDF5Place.printable(found),
      hint: hint)
  }
}
