import TensorCore

/// The central directory of a zip archive (APPNOTE.TXT 6.3), with zip64, read straight from the file's bytes.
///
/// libzip keeps an entry's place in the file to itself; tensors that are to be mapped in place need it.
package struct ZipDirectory {
  /// One file of the archive.
  package struct Entry {
    /// Path inside the archive.
    package let name: String
    /// Whether the bytes lie in the archive as they are.
    package let isStored: Bool
    /// Checksum of the uncompressed bytes.
    package let checksum: UInt32
    /// Number of bytes in the archive.
    package let compressedByteCount: Int
    /// Number of bytes after decompression.
    package let byteCount: Int
    let headerOffset: Int
  }

  /// The entries in the archive's order; no name twice.
  package let entries: [Entry]
  private let positions: [String: Int]
  private let file: MappedFile
  /// Where the directory starts: the end of the entries' bytes.
  private let start: Int

  /// Reads the directory of `file`. Throws `.badData` where there is none or it contradicts itself.
  package init(_ file: MappedFile) throws(InceptError) {
    let end = try EndOfDirectory(file)
    var reader = ByteReader(file.bytes, at: end.offset)
    var entries: [Entry] = []
    var positions: [String: Int] = [:]
    // Entries that overlap would let a small file ask for endless work.
    var room = file.bytes.count
    for index in 0..<end.entryCount {
      let entry = try ZipDirectory.entry(&reader, file)
      guard entry.compressedByteCount <= room else {
        throw file.damagedZip(
          "expected entries that fit the archive", found: "'\(entry.name)' beyond its size")
      }
      room -= entry.compressedByteCount
      guard positions.updateValue(index, forKey: entry.name) == nil else {
        throw file.damagedZip("expected every entry once", found: "'\(entry.name)' twice")
      }
      entries.append(entry)
    }
    try ZipDirectory.refuseOverlap(entries, before: end.offset, file)
    self.entries = entries
    self.positions = positions
    self.file = file
    start = end.offset
  }

  /// Refuses entries that share bytes with each other or with the directory.
  private static func refuseOverlap(
    _ entries: [Entry], before start: Int, _ file: MappedFile
  ) throws(InceptError) {
    let ordered = entries.sorted { $0.headerOffset < $1.headerOffset }
    for (index, entry) in ordered.enumerated() {
      let next = index + 1 < ordered.count ? ordered[index + 1].headerOffset : start
      // No sum can overflow: header and contents each fit the file.
      let least = localHeaderSize + entry.name.utf8.count + entry.compressedByteCount
      guard entry.headerOffset <= next, least <= next - entry.headerOffset else {
        throw file.damagedZip(
          "expected entries that don't overlap",
          found: "'\(entry.name)' over what comes after it")
      }
    }
  }

  private static let localHeaderSize = 30

  /// The entry called `name`.
  package subscript(name: String) -> Entry? { positions[name].map { entries[$0] } }

  /// Where the bytes of `entry` start in the file; all `compressedByteCount` of them lie inside it.
  package func dataOffset(of entry: Entry) throws(InceptError) -> Int {
    var reader = ByteReader(file.bytes, at: entry.headerOffset)
    guard reader.integer(UInt32.self) == 0x0403_4B50, reader.take(22) != nil,
      let nameLength = reader.count(UInt16.self), let extraLength = reader.count(UInt16.self),
      let name = reader.take(nameLength), reader.take(extraLength) != nil
    else {
      throw file.damagedZip("expected a local header of '\(entry.name)'", found: "none")
    }
    guard name.elementsEqual(entry.name.utf8), reader.position <= start,
      entry.compressedByteCount <= start - reader.position
    else {
      throw file.damagedZip(
        "expected \(entry.compressedByteCount) bytes of '\(entry.name)'",
        found: "another entry or the archive's end")
    }
    return reader.position
  }

  private static func entry(
    _ reader: inout ByteReader, _ file: MappedFile
  ) throws(InceptError) -> Entry {
    guard reader.integer(UInt32.self) == 0x0201_4B50, reader.take(4) != nil,
      let flags = reader.integer(UInt16.self), let method = reader.integer(UInt16.self),
      reader.take(4) != nil, let checksum = reader.integer(UInt32.self),
      var compressed = reader.count(UInt32.self), var size = reader.count(UInt32.self),
      let nameLength = reader.count(UInt16.self), let extraLength = reader.count(UInt16.self),
      let commentLength = reader.count(UInt16.self), reader.take(8) != nil,
      var offset = reader.count(UInt32.self), let name = reader.text(nameLength),
      let extra = reader.take(extraLength), reader.take(commentLength) != nil
    else {
      throw file.damagedZip("expected a directory entry", found: "something else")
    }
    // Bits 0 and 6: encrypted, strongly; bit 13: the directory is.
    guard flags & (1 | 1 << 6 | 1 << 13) == 0 else {
      throw file.damagedZip("expected no encryption", found: "'\(name)' encrypted")
    }
    guard Zip64.widen(&size, &compressed, &offset, extra) else {
      throw file.damagedZip("expected the 64-bit sizes of '\(name)'", found: "none")
    }
    guard method != 0 || compressed == size else {
      throw file.damagedZip(
        "expected \(size) bytes in '\(name)', which is not compressed", found: "\(compressed)")
    }
    return Entry(
      name: name, isStored: method == 0, checksum: checksum, compressedByteCount: compressed,
      byteCount: size, headerOffset: offset)
  }
}

extension MappedFile {
  /// An error about the archive itself.
  func damagedZip(_ expectation: String, found actual: String) -> InceptError {
    InceptError(
      .badData, subject: name, expected: expectation.printable(), found: actual.printable(),
      hint: "the zip archive is damaged or incomplete; get the file again")
  }
}
