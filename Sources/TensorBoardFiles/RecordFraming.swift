/// TensorFlow's record files: each record is its length and a checksum of that, then its bytes and a checksum of
/// those (tensorflow/core/lib/io/record_writer.h).
package enum RecordFraming {
  /// A record with its frame.
  package static func framed(_ record: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(record.count))
    return length + littleEndian(masked(CRC32C.checksum(length)))
      + record + littleEndian(masked(CRC32C.checksum(record)))
  }

  /// The form in which checksums are stored, since a checksum of data that hold checksums is weak.
  package static func masked(_ checksum: UInt32) -> UInt32 {
    ((checksum >> 15) | (checksum << 17)) &+ 0xA282_EAD8
  }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}

/// The cyclic redundancy check of Castagnoli's polynomial (RFC 3720, appendix B.4).
package enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { byte in
    var value = UInt32(byte)
    for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0x82F6_3B78 : value >> 1 }
    return value
  }

  /// The checksum of some bytes.
  package static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var checksum = ~UInt32(0)
    for byte in bytes {
      checksum = table[Int(UInt8(truncatingIfNeeded: checksum) ^ byte)] ^ (checksum >> 8)
    }
    return ~checksum
  }
}
