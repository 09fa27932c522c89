import CZip
import Dispatch
import TensorCore

/// The contents of a zip archive: stored entries in place, compressed ones through libzip.
struct ZipArchive {
  /// What is in the archive.
  let directory: ZipDirectory
  private let file: MappedFile
  /// One view of the whole file, shared by everything that lies in it.
  private let mapped: TensorStorage

  /// Opens an archive. Throws `.badData` where its directory is damaged.
  init(_ file: MappedFile) throws(InceptError) {
    directory = try ZipDirectory(file)
    self.file = file
    mapped = file.tensorStorage
  }

  /// Compares every entry that isn't compressed with its checksum, on all cores.
  ///
  /// Throws `.badData` about the first that differs.
  func verify() throws(InceptError) {
    let entries = directory.entries.filter(\.isStored)
    let failures = [InceptError?](unsafeUninitializedCapacity: entries.count) { failures, count in
      // SAFETY: every iteration initialises one element, its own.
      nonisolated(unsafe) let failures = failures
      DispatchQueue.concurrentPerform(iterations: entries.count) { index in
        (failures.baseAddress.map { $0 + index })?.initialize(to: failure(of: entries[index]))
      }
      count = entries.count
    }
    for case let failure? in failures { throw failure }
  }

  private func failure(of entry: ZipDirectory.Entry) -> InceptError? {
    do {
      let offset = try directory.dataOffset(of: entry)
      let bytes = ByteRange(storage: mapped, offset: offset, byteCount: entry.byteCount)
      // torch writes 0 where it was told not to compute checksums.
      if entry.checksum == 0 || bytes.withUnsafeBytes(CRC32.checksum) == entry.checksum {
        return nil
      }
      return file.damagedZip("expected '\(entry.name)' to match its checksum", found: "other bytes")
    } catch {
      return error
    }
  }

  /// The bytes of an entry. Only compressed ones are compared with their checksum, see ``verify()``.
  ///
  /// A compressed entry may need at most `budget` bytes of memory, which are taken from it.
  func contents(
    of entry: ZipDirectory.Entry, budget: inout Int
  ) throws(InceptError) -> ByteRange {
    let offset = try directory.dataOffset(of: entry)
    guard !entry.isStored else {
      return ByteRange(
        storage: mapped, offset: offset, byteCount: entry.byteCount, isInPlace: true)
    }
    guard entry.byteCount <= budget else {
      throw file.damagedZip(
        "expected at most \(budget) more bytes of compressed data",
        found: "\(entry.byteCount) in '\(entry.name)'")
    }
    budget -= entry.byteCount
    return ByteRange(storage: try inflate(entry), offset: 0, byteCount: entry.byteCount)
  }

  private func inflate(_ entry: ZipDirectory.Entry) throws(InceptError) -> TensorStorage {
    var failure = zip_error_t()
    zip_error_init(&failure)
    defer { zip_error_fini(&failure) }
    let bytes = file.bytes
    guard
      let source = zip_source_buffer_create(bytes.baseAddress, UInt64(bytes.count), 0, &failure)
    else { throw file.damagedZip("expected a zip archive", found: "an unreadable one") }
    guard let archive = zip_open_from_source(source, ZIP_RDONLY, &failure) else {
      zip_source_free(source)
      throw file.damagedZip("expected a zip archive", found: "an unreadable one")
    }
    defer { zip_discard(archive) }
    guard let member = zip_fopen(archive, entry.name, 0) else {
      throw file.damagedZip("expected '\(entry.name)' to be readable", found: "an unknown method")
    }
    defer { zip_fclose(member) }
    return try TensorStorage(byteCount: entry.byteCount) {
      (destination) throws(InceptError) in
      var filled = 0
      while filled < destination.count {
        let step = zip_fread(
          member, destination.baseAddress.map { $0 + filled }, UInt64(destination.count - filled))
        guard step > 0 else { break }
        filled += Int(step)
      }
      // The read at the end is the one that compares the checksum.
      var extra: UInt8 = 0
      guard filled == destination.count, zip_fread(member, &extra, 1) == 0 else {
        throw file.damagedZip(
          "expected \(entry.byteCount) bytes in '\(entry.name)'", found: "other contents")
      }
    }
  }
}

/// A run of bytes in a storage.
struct ByteRange {
  /// The bytes' home.
  let storage: TensorStorage
  /// Where the run starts.
  let offset: Int
  /// Its length.
  let byteCount: Int
  /// Whether the storage is the file itself.
  var isInPlace = false

  /// The bytes, valid during the call.
  func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { storage.release(offset..<offset + byteCount) }
    return try body(
      UnsafeRawBufferPointer(start: storage.baseAddress + offset, count: byteCount))
  }
}
