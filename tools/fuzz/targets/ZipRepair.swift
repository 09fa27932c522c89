/// Archives whose entries have the right checksums: mutations would hardly ever get past those.
enum ZipRepair {
  /// The bytes with the checksums of all stored entries corrected, where there are such entries.
  static func withChecksums(_ input: UnsafeRawBufferPointer) -> [UInt8] {
    var bytes = Array(input)
    guard let end = endOfDirectory(bytes) else { return bytes }
    var position = Int(number(bytes, end + 16, 4))
    for _ in 0..<min(number(bytes, end + 10, 2), 64) {
      guard position + 46 <= bytes.count, number(bytes, position, 4) == 0x0201_4B50 else { break }
      let size = Int(number(bytes, position + 20, 4))
      let local = Int(number(bytes, position + 42, 4))
      if number(bytes, position + 10, 2) == 0, local + 30 <= bytes.count {
        let start =
          local + 30 + Int(number(bytes, local + 26, 2)) + Int(number(bytes, local + 28, 2))
        if start <= bytes.count, size <= bytes.count - start {
          let sum = checksum(bytes[start..<start + size])
          for index in 0..<4 {
            let byte = UInt8(truncatingIfNeeded: sum >> (8 * UInt32(index)))
            bytes[position + 16 + index] = byte
            bytes[local + 14 + index] = byte
          }
        }
      }
      position += [28, 30, 32].reduce(46) { $0 + Int(number(bytes, position + $1, 2)) }
    }
    return bytes
  }

  /// Where the last "end of central directory" is.
  private static func endOfDirectory(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 22 else { return nil }
    return (max(0, bytes.count - 66_000)...bytes.count - 22).last {
      number(bytes, $0, 4) == 0x0605_4B50
    }
  }

  private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> UInt64 {
    (0..<count).reversed().reduce(0) { $0 << 8 | UInt64(bytes[place + $1]) }
  }

  /// CRC-32 (ISO 3309).
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(UInt32.max) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0xEDB8_8320 }
  }
}
