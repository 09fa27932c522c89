import Foundation
import Incept
import TestSupport
import Testing

/// Seeded damage of model files, loaded whole: format, architecture or description, parameters, and what is shown
/// of the graph. Each mutant gives a model or an error about the file; never a crash or a hang.
@Suite("damaged models")
struct ModelFuzzTests {
  private static let mutations = 1000
  private static let longest: Duration = .seconds(5)

  enum Form: String, CaseIterable {
    case zip, legacy, keras, trained

    /// The sound file, and its places that say what the rest is.
    func file() throws -> (bytes: [UInt8], hot: [Range<Int>]) {
      switch self {
      case .zip:
        let url = try Fixtures.url("models/digits_cnn_torch_zip.pth")
        let bytes = [UInt8](try Data(contentsOf: url))
        return (bytes, [0..<1500, bytes.count - 1800..<bytes.count])
      case .legacy:
        let url = try Fixtures.url("models/digits_cnn_torch_legacy.pth")
        return ([UInt8](try Data(contentsOf: url)), [0..<1500])
      case .keras:
        let bytes = try load("Tests/ImportKerasTests/Fixtures/convolutions.h5")
        return (bytes, [0..<bytes.count])
      case .trained:
        return (try load("Sources/Models/Resources/digits_cnn.safetensors"), [0..<3600])
      }
    }

    private func load(_ path: String) throws -> [UInt8] {
      [UInt8](try Data(contentsOf: Fixtures.package.appendingPathComponent(path)))
    }
  }

  /// torch's forms are among the shared fixtures only.
  static let forms = Form.allCases.filter {
    ![.zip, .legacy].contains($0) || Fixtures.available
  }

  @Test("loading a damaged model gives a model or an error about it", arguments: forms)
  func load(_ form: Form) throws {
    let (intact, hot) = try form.file()
    var random = RandomSource(name: form.rawValue)
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-mutant-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var refused = 0
    for number in 0..<Self.mutations {
      var bytes = intact
      if random.oneIn(5) {
        bytes.removeLast(random.int(in: 1...bytes.count))
      } else {
        for _ in 0..<random.int(in: 1...4) {
          let range = random.pick(hot)
          let place = random.int(in: range.lowerBound...range.upperBound - 1)
          bytes[place] = random.oneIn(3) ? random.pick([0, 0x39, 0x7F, 0xFF]) : bytes[place]
          bytes[place] ^= random.oneIn(3) ? 0 : 1 << UInt8(random.int(in: 0...7))
        }
      }
      // A new file each time: cutting one that is mapped would take its bytes from under the mapping.
      try? FileManager.default.removeItem(atPath: path)
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let elapsed = try ContinuousClock().measure {
        do {
          let model =
            form == .trained && number % 2 == 0
            ? try Model.structure("digits_cnn", weights: path) : try Model.structure(path)
          for stage in [GraphStage.imported, .optimised] {
            _ = try GraphReport.of(model, stage: stage).text()
          }
        } catch let error as InceptError {
          refused += 1
          #expect(error.category == .badData, "mutant \(number): \(error)")
        }
      }
      #expect(elapsed < Self.longest, "mutant \(number)")
    }
    #expect(refused > Self.mutations / 5)
    if PeakMemory.isMeaningful { #expect(PeakMemory.bytes < 1 << 30) }
  }
}
