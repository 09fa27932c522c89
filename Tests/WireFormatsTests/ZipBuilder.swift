/// Writes zip archives, also such as no archiver would. Checksums are 0, as torch writes them on request.
struct ZipBuilder {
  struct Entry {
    var name: String
    var bytes: [UInt8]
    /// What the directory says, where it lies.
    var method: UInt16 = 0
    var flags: UInt16 = 0
    var claimedByteCount: UInt64?
    var claimedOffset: UInt64?
    var localName: String?
    var checksum: UInt32 = 0
  }

  var entries: [Entry]
  /// Write sizes, offsets and counts in zip64 fields only.
  var wide = false
  var claimedEntryCount: Int?
  var comment: [UInt8] = []

  func file() -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let offset = entry.claimedOffset ?? UInt64(bytes.count)
      let localName = Array((entry.localName ?? entry.name).utf8)
      bytes += [0x50, 0x4B, 3, 4, 20, 0] + [UInt8](repeating: 0, count: 20)
      bytes += little(UInt16(localName.count)) + [0, 0] + localName + entry.bytes
      let size = entry.claimedByteCount ?? UInt64(entry.bytes.count)
      let compressed = entry.method == 0 ? size : UInt64(entry.bytes.count)
      let extra =
        wide
        ? little(1 as UInt16) + little(24 as UInt16)
          + little(size) + little(compressed) + little(offset) : []
      func narrow(_ value: UInt64) -> [UInt8] {
        little(wide ? UInt32.max : UInt32(truncatingIfNeeded: value))
      }
      directory += [0x50, 0x4B, 1, 2, 20, 0, 20, 0] + little(entry.flags) + little(entry.method)
      directory += [0, 0, 0, 0] + little(entry.checksum) + narrow(compressed) + narrow(size)
      directory += little(UInt16(entry.name.utf8.count)) + little(UInt16(extra.count))
      directory += [UInt8](repeating: 0, count: 10) + narrow(offset)
      directory += Array(entry.name.utf8) + extra
    }
    let start = bytes.count
    let count = claimedEntryCount ?? entries.count
    bytes += directory
    if wide {
      let record = bytes.count
      bytes += [0x50, 0x4B, 6, 6] + little(44 as UInt64) + [45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]
      bytes += little(UInt64(count)) + little(UInt64(count)) + little(UInt64(directory.count))
      bytes += little(UInt64(start))
      bytes += [0x50, 0x4B, 6, 7, 0, 0, 0, 0] + little(UInt64(record)) + [1, 0, 0, 0]
    }
    bytes += [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
    for _ in 0..<2 { bytes += little(wide ? UInt16.max : UInt16(truncatingIfNeeded: count)) }
    bytes += little(wide ? UInt32.max : UInt32(directory.count))
    bytes += little(wide ? UInt32.max : UInt32(start)) + little(UInt16(comment.count)) + comment
    return bytes
  }

  private func little(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
