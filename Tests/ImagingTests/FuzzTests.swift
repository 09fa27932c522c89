import Imaging
import TensorCore
import Testing

/// SplitMix64 (Steele, Lea, Flood 2014): the same sequence everywhere.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// The checksum of PNG chunks (ISO 3309).
enum CRC32 {
  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
    }
    return ~crc
  }

  /// Makes the checksums of a damaged PNG file right again, so that the damage is seen by what comes after.
  static func repair(_ file: inout [UInt8]) {
    var offset = 8
    while offset + 12 <= file.count {
      let length = file[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
      guard length <= file.count - offset - 12 else { return }
      let end = offset + 8 + length
      let crc = checksum(file[(offset + 4)..<end])
      for byte in 0..<4 { file[end + byte] = UInt8(truncatingIfNeeded: crc >> (24 - 8 * byte)) }
      offset = end + 4
    }
  }
}

@Suite struct FuzzTests {
  static let mutationsPerFile = 40
  /// What the command line promises for any input.
  static let longest = Duration.seconds(5)

  static func mutated(_ original: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = original
    if Int.random(in: 0..<4, using: &random) == 0 {
      bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
    }
    for _ in 0..<Int.random(in: 1...8, using: &random) {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    }
    return bytes
  }

  @Test(arguments: [".png", ".jpg"])
  func damagedFilesEndInAnErrorOrAPicture(suffix: String) throws {
    let files = Corpus.shared.decoded.map(\.file).filter { $0.hasSuffix(suffix) }
    var (tried, refused, repaired) = (0, 0, 0)
    for (index, file) in files.enumerated() {
      var random = SplitMix64(state: UInt64(index))
      let original = try Corpus.bytes(file)
      for _ in 0..<Self.mutationsPerFile * 40 / files.count + Self.mutationsPerFile {
        var bytes = Self.mutated(original, &random)
        if suffix == ".png", Bool.random(using: &random) {
          CRC32.repair(&bytes)
          repaired += 1
        }
        let elapsed = ContinuousClock().measure {
          do throws(InceptError) {
            let image = try Image.decode(bytes: bytes, name: file)
            #expect(image.pixels.count == image.width * image.height * image.channels)
          } catch {
            #expect(error.category == .badData)
            refused += 1
          }
        }
        #expect(elapsed < Self.longest)
        tried += 1
      }
    }
    #expect(tried >= 1_000)
    #expect(refused > tried / 10 && refused < tried)
  }
}
