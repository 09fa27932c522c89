/// The cyclic redundancy check of zip and gzip (ISO 3309, polynomial 0xEDB88320), sixteen bytes a step.
enum CRC32 {
  private static let width = 16

  /// `tables[256 * n + byte]` is the effect of `byte` followed by `n` zero bytes.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 256 * width)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320 }
      tables[byte] = value
    }
    for index in 256..<256 * width {
      let previous = tables[index - 256]
      tables[index] = previous >> 8 ^ tables[Int(previous & 0xFF)]
    }
    return tables
  }()

  /// The checksum of `bytes`.
  static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    tables.withUnsafeBufferPointer { tables in
      var value = UInt32.max
      var offset = 0
      while offset + width <= bytes.count {
        let low = word(bytes, offset) ^ UInt64(value)
        let high = word(bytes, offset + 8)
        value = fold(low, tables, 8) ^ fold(high, tables, 0)
        offset += width
      }
      while offset < bytes.count {
        value = value >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: value) ^ bytes[offset])]
        offset += 1
      }
      return ~value
    }
  }

  @inline(__always)
  private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// The effect of eight bytes that `after` more follow.
  @inline(__always)
  private static func fold(
    _ word: UInt64, _ tables: UnsafeBufferPointer<UInt32>, _ after: Int
  ) -> UInt32 {
    var result: UInt32 = 0
    for byte in 0..<8 {
      let value = Int(UInt8(truncatingIfNeeded: word >> UInt64(8 * byte)))
      result ^= tables[256 * (after + 7 - byte) + value]
    }
    return result
  }
}
