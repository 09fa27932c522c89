import Foundation
import TestSupport
import Testing

/// Seeded damage of every format through the real command. The long campaigns run in-process, with the readers'
/// own tests; this one sees to what lies between a reader's error and the process's end.
@Suite("hostile input: damaged files through the command")
struct HostileInputFuzzTests {
  private static let mutants = 60

  enum Format: String, CaseIterable {
    case zip, legacy, safetensors, keras, kerasWeights, png, jpeg

    /// The sound file, its places that matter most, and how it is read.
    func file() throws -> (bytes: [UInt8], hot: [Range<Int>], command: (String) -> [String]) {
      let weights = { (path: String) in ["graph", "digits_cnn", "--weights", path] }
      let picture = { (path: String) in ["run", "digits_cnn", path] }
      switch self {
      case .zip:
        let bytes = try shared("models/digits_cnn_torch_zip.pth")
        return (bytes, [0..<1500, bytes.count - 1800..<bytes.count], weights)
      case .legacy: return (try shared("models/digits_cnn_torch_legacy.pth"), [0..<1500], weights)
      case .safetensors:
        return (try shared("models/digits_cnn_torch.safetensors"), [0..<800], weights)
      case .keras:
        let bytes = try HostileFiles.tracked("ImportKerasTests/Fixtures/activations.h5")
        return (bytes, [0..<12_000, 0..<bytes.count], { ["graph", $0] })
      case .kerasWeights:
        let bytes = try HostileFiles.tracked("WireFormatsTests/Fixtures/hdf5/keras_split.h5")
        return (bytes, [0..<bytes.count], { ["graph", "inception_v3:keras", "--weights", $0] })
      case .png:
        let bytes = try HostileFiles.tracked("ImagingTests/Fixtures/palette8_interlaced.png")
        return (bytes, [0..<bytes.count], picture)
      case .jpeg:
        let bytes = try HostileFiles.tracked("ImagingTests/Fixtures/rgb_420.jpg")
        return (bytes, [0..<700, 0..<bytes.count], picture)
      }
    }

    var needsFixtures: Bool { [.zip, .legacy, .safetensors].contains(self) }
    var needsDevice: Bool { [.png, .jpeg].contains(self) }

    private func shared(_ path: String) throws -> [UInt8] {
      [UInt8](try Data(contentsOf: Fixtures.url(path)))
    }
  }

  /// The formats that can be tried here; without the shared fixtures and a device some can't.
  static let formats = Format.allCases.filter {
    ($0.needsFixtures ? Fixtures.available : true) && ($0.needsDevice ? Incept.hasDevice : true)
  }

  @Test("damaged files are read or refused in the agreed form", arguments: formats)
  func damage(_ format: Format) throws {
    let (intact, hot, command) = try format.file()
    var random = RandomSource(name: format.rawValue)
    var refused = 0
    try withTrap { trap in
      let before = try trap.listing()
      for number in 0..<Self.mutants {
        var bytes = intact
        if number % 5 == 0 {
          bytes.removeLast(random.int(in: 1...bytes.count))
        } else {
          for _ in 0..<random.int(in: 1...4) {
            let range = random.pick(hot).clamped(to: bytes.indices)
            bytes[random.int(in: range.lowerBound...range.upperBound - 1)] ^=
              1 << UInt8(random.int(in: 0...7))
          }
        }
        let path = try trap.file("mutant", bytes)
        let run = try MeasuredRun(command(path))
        let what = Comment(rawValue: "\(format.rawValue) mutant \(number): \(run.error)")
        #expect(run.status == 0 || run.status == 65, what)
        if run.status == 0 {
          trap.expectThrift(run, what)
        } else {
          refused += 1
          trap.expectForm(run, what)
        }
        try FileManager.default.removeItem(atPath: path)
      }
      #expect(try trap.listing() == before)
    }
    // Otherwise the damage misses what is read.
    #expect(refused > Self.mutants / 10)
  }
}
