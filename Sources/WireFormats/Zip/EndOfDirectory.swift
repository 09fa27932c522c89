import TensorCore

/// The record at the end of a zip archive that says where its directory is.
struct EndOfDirectory {
  /// Number of entries.
  let entryCount: Int
  /// Where the directory starts.
  let offset: Int

  private static let recordSize = 22
  private static let smallestEntry = 46

  /// Finds the record. The directory it names lies inside the file and has room for its entries.
  init(_ file: MappedFile) throws(InceptError) {
    guard let position = EndOfDirectory.position(file.bytes) else {
      throw file.damagedZip("expected a directory at the archive's end", found: "none")
    }
    var reader = ByteReader(file.bytes, at: position + 4)
    guard let disks = reader.integer(UInt32.self), let entriesHere = reader.count(UInt16.self),
      var count = reader.count(UInt16.self), var size = reader.count(UInt32.self),
      var offset = reader.count(UInt32.self)
    else {
      throw file.damagedZip("expected a directory at the archive's end", found: "none")
    }
    var directoryLimit = position
    if let wide = Zip64.endOfDirectory(file.bytes, before: position) {
      if count == 0xFFFF { count = wide.entryCount }
      if size == 0xFFFF_FFFF { size = wide.size }
      if offset == 0xFFFF_FFFF { offset = wide.offset }
      directoryLimit = wide.position
    }
    guard disks == 0 || disks == .max, entriesHere == count || entriesHere == 0xFFFF else {
      throw file.damagedZip("expected an archive in one part", found: "several")
    }
    guard offset <= directoryLimit, size <= directoryLimit - offset,
      count <= size / EndOfDirectory.smallestEntry
    else {
      throw file.damagedZip(
        "expected a directory of \(count) entries inside the archive", found: "\(size) bytes")
    }
    entryCount = count
    self.offset = offset
  }

  /// The last place where the record can be: its comment must end with the file.
  private static func position(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= recordSize else { return nil }
    let last = bytes.count - recordSize
    for position in stride(from: last, through: max(0, last - 0xFFFF), by: -1)
    where bytes[position] == 0x50 {
      var reader = ByteReader(bytes, at: position)
      guard reader.integer(UInt32.self) == 0x0605_4B50, reader.take(16) != nil,
        let comment = reader.count(UInt16.self), comment == reader.remaining
      else { continue }
      return position
    }
    return nil
  }
}

/// The 64-bit extensions of zip.
enum Zip64 {
  /// The wide end record, named by the locator that stands right before the narrow one.
  static func endOfDirectory(
    _ bytes: UnsafeRawBufferPointer, before end: Int
  ) -> (entryCount: Int, size: Int, offset: Int, position: Int)? {
    guard end >= 20 else { return nil }
    var locator = ByteReader(bytes, at: end - 20)
    guard locator.integer(UInt32.self) == 0x0706_4B50, locator.take(4) != nil,
      let position = locator.count(UInt64.self), position <= end - 20
    else { return nil }
    var record = ByteReader(bytes, at: position)
    guard record.integer(UInt32.self) == 0x0606_4B50, record.take(28) != nil,
      let count = record.count(UInt64.self), let size = record.count(UInt64.self),
      let offset = record.count(UInt64.self)
    else { return nil }
    return (count, size, offset, position)
  }

  /// Replaces each saturated number by its wide form from the entry's extra fields; false where it is missing.
  static func widen(
    _ size: inout Int, _ compressed: inout Int, _ offset: inout Int, _ extra: UnsafeRawBufferPointer
  ) -> Bool {
    let saturated = 0xFFFF_FFFF
    guard size == saturated || compressed == saturated || offset == saturated else { return true }
    var fields = ByteReader(extra)
    while let identifier = fields.integer(UInt16.self), let length = fields.count(UInt16.self),
      let field = fields.take(length)
    {
      guard identifier == 1 else { continue }
      var numbers = ByteReader(field)
      if size == saturated {
        guard let wide = numbers.count(UInt64.self) else { return false }
        size = wide
      }
      if compressed == saturated {
        guard let wide = numbers.count(UInt64.self) else { return false }
        compressed = wide
      }
      if offset == saturated {
        guard let wide = numbers.count(UInt64.self) else { return false }
        offset = wide
      }
      return true
    }
    return false
  }
}
