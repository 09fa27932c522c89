import Foundation
import Imaging
import TensorCore
import Testing

/// The committed pictures and what Pillow makes of them (`tools/fixtures/make_images.py`).
struct Corpus: Decodable {
  struct Decoded: Decodable, Sendable, CustomTestStringConvertible {
    let file: String
    let width, height, channels, offset: Int
    var testDescription: String { file }
  }

  struct Resized: Decodable, Sendable, CustomTestStringConvertible {
    let file, filter: String
    let width, height, offset: Int
    var testDescription: String { "\(file) \(filter) to \(width)x\(height)" }
  }

  struct Prepared: Decodable, Sendable, CustomTestStringConvertible {
    let file, recipe: String
    let size, offset: Int
    var testDescription: String { "\(file) \(recipe) \(size)" }
  }

  let decoded: [Decoded]
  let resized: [Resized]
  let tensors: [Prepared]

  static let directory = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("Fixtures")
  static let samples = directory.deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Samples")

  static let shared: Corpus = {
    let data = (try? Data(contentsOf: directory.appendingPathComponent("manifest.json"))) ?? Data()
    return (try? JSONDecoder().decode(Corpus.self, from: data))
      ?? Corpus(decoded: [], resized: [], tensors: [])
  }()

  static func path(_ file: String) -> String { directory.appendingPathComponent(file).path }

  static func bytes(_ file: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: directory.appendingPathComponent(file)))
  }

  /// `count` expected samples out of one of the corpus's arrays.
  static func samples(_ array: String, offset: Int, count: Int) throws -> [Float] {
    let tensor = try NPY.read(path: path(array))
    return tensor.withFloats { Array($0[offset..<(offset + count)]) }
  }

  /// The largest difference between samples and what is expected; infinite when the counts differ.
  static func difference(_ samples: [Float], _ expected: [Float]) -> Float {
    guard samples.count == expected.count else { return .infinity }
    return zip(samples, expected).map { abs($0 - $1) }.max() ?? 0
  }
}
