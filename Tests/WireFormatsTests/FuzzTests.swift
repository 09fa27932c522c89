import Foundation
import TensorCore
import TestSupport
import Testing
import WireFormats

/// Damaged files end in an error or in tensors that lie inside them; never in a crash, a hang or a huge
/// allocation. Inputs lie before an unreadable page, so that reading too far is a crash as well.
@Suite("Damaged weights files", .serialized, .enabled(if: Fixtures.available))
struct FuzzTests {
  /// SplitMix64
  private struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private static let mutations = 1500
  private static let longest: Duration = .seconds(5)
  private static let mostMemory = 1 << 30

  enum Case: String, CaseIterable {
    case zip, zipWithoutChecksums, zipViews, legacy, legacyViews, safetensors

    /// The intact file, and its parts that say where things are (mutations there are the interesting ones).
    func file() throws -> (bytes: [UInt8], hot: [Range<Int>]) {
      switch self {
      case .zip, .zipWithoutChecksums:
        var bytes = try load(Fixtures.url("models/digits_cnn_torch_zip.pth"))
        if self == .zipWithoutChecksums { FuzzTests.dropChecksums(&bytes) }
        return (bytes, [0..<1500, bytes.count - 1800..<bytes.count])
      case .zipViews:
        var bytes = try load(TorchCasesTests.folder.appendingPathComponent("views_zip_4.pth"))
        FuzzTests.dropChecksums(&bytes)
        return (bytes, [0..<bytes.count])
      case .legacy:
        return (try load(Fixtures.url("models/digits_cnn_torch_legacy.pth")), [0..<1500])
      case .legacyViews:
        let bytes = try load(TorchCasesTests.folder.appendingPathComponent("views_legacy_2.pth"))
        return (bytes, [0..<bytes.count])
      case .safetensors:
        return (try load(Fixtures.url("models/digits_cnn_torch.safetensors")), [0..<800])
      }
    }

    private func load(_ url: URL) throws -> [UInt8] { Array(try Data(contentsOf: url)) }
  }

  /// Zeroes every checksum of an archive's directory, so that damage reaches the readers behind it.
  static func dropChecksums(_ bytes: inout [UInt8]) {
    for position in 0..<bytes.count - 20 where bytes[position...].starts(with: [0x50, 0x4B, 1, 2]) {
      bytes.replaceSubrange(position + 16..<position + 20, with: [0, 0, 0, 0])
    }
  }

  private static func read(_ bytes: [UInt8], _ form: Case) throws -> NamedTensors {
    let file = try GuardedBytes(bytes).file()
    return form == .safetensors ? try Safetensors.read(file) : try TorchFile.read(file)
  }

  @Test("an archive without checksums reads as the one with them")
  func withoutChecksums() throws {
    let (bytes, _) = try Case.zipWithoutChecksums.file()
    #expect(try Self.read(bytes, .zipWithoutChecksums).count == 10)
  }

  @Test("seeded damage of each form ends in an error or in tensors", arguments: Case.allCases)
  func damage(form: Case) throws {
    let (intact, hot) = try form.file()
    let expected = try Self.read(intact, form).count
    #expect(expected > 0)
    var random = Random(state: 0x1DCE_0000 + UInt64(form.rawValue.utf8.count))
    let clock = ContinuousClock()
    var slowest = Duration.zero
    var refused = 0
    for round in 0..<Self.mutations {
      var bytes = intact
      if round % 5 == 0 {
        bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
      } else {
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          let whole = round % 5 == 1
          let range = whole ? bytes.indices : hot[Int.random(in: hot.indices, using: &random)]
          let position = Int.random(in: range, using: &random)
          if round % 5 == 2 {
            bytes[position] = [0, 0xFF, 0x7F, 0x80][Int.random(in: 0..<4, using: &random)]
          } else {
            bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
          }
        }
      }
      let start = clock.now
      do {
        let tensors = try Self.read(bytes, form)
        for (_, tensor) in tensors.entries { _ = tensor.floats() }
      } catch let error as InceptError {
        refused += 1
        #expect(error.exitCode == 65)
      }
      slowest = max(slowest, clock.now - start)
    }
    #expect(refused >= Self.mutations / 5)
    #expect(slowest < Self.longest)
    if PeakMemory.isMeaningful { #expect(PeakMemory.bytes < Self.mostMemory) }
  }
}
