import Foundation
import TensorBoardFiles
import Testing

@Suite("records of event files")
struct RecordFramingTests {
  @Test(
    "CRC-32C has the values of RFC 3720 and of its check text",
    arguments: [
      ([UInt8](repeating: 0, count: 32), UInt32(0x8A91_36AA)),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      ([UInt8](0..<32), 0x46DD_794E),
      ([UInt8]((0..<32).reversed()), 0x113F_DB5C),
      (Array("123456789".utf8), 0xE306_9283), ([], 0),
    ] as [([UInt8], UInt32)])
  func checksum(_ bytes: [UInt8], _ expected: UInt32) {
    #expect(CRC32C.checksum(bytes) == expected)
  }

  @Test("checksums are rotated by 15 bits, and a constant added")
  func masked() {
    #expect(RecordFraming.masked(0) == 0xA282_EAD8)
    #expect(RecordFraming.masked(0x8000) == 0xA282_EAD9)
    #expect(RecordFraming.masked(1) == 0xA282_EAD8 &+ (1 << 17))
  }

  @Test("a record is its length, that one's checksum, the bytes and theirs")
  func framed() {
    // What TensorFlow's TFRecordWriter writes for b"abc".
    let record = RecordFraming.framed(Array("abc".utf8))
    #expect(record.count == 12 + 3 + 4)
    #expect(Array(record[..<8]) == [3, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(record[12..<15]) == Array("abc".utf8))
    func word(_ range: Range<Int>) -> UInt32 {
      record[range].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    #expect(word(8..<12) == RecordFraming.masked(CRC32C.checksum(Array(record[..<8]))))
    #expect(word(15..<19) == RecordFraming.masked(CRC32C.checksum(Array("abc".utf8))))
  }
}
