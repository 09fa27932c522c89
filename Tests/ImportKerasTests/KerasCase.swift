import Foundation
import ImportKeras
import TensorCore
import TestSupport
import WireFormats

/// A model of `tools/fixtures/make_keras_cases.py` with what Keras computed.
struct KerasCase {
  let file: KerasWeightFile
  let inputs: [HostTensor]
  let outputs: [HostTensor]

  /// The case in its legacy `.h5` or, as `archive`, in its `.keras`.
  init(_ name: String, archive: Bool = false) throws {
    file = archive ? try KerasCase.archive(name) : try KerasCase.file(name)
    let data = try Data(contentsOf: KerasCase.folder.appendingPathComponent(name + ".json"))
    let expected = try JSONDecoder().decode(Expected.self, from: data)
    inputs = expected.inputs.map(\.tensor)
    outputs = expected.outputs.map(\.tensor)
  }

  /// The model alone.
  static func file(_ name: String) throws -> KerasWeightFile {
    try KerasWeightFile(path: folder.appendingPathComponent(name + ".h5").path)
  }

  /// The model alone, as Keras 3 saves it.
  static func archive(_ name: String) throws -> KerasWeightFile {
    let path = folder.appendingPathComponent(name + ".keras").path
    return try KerasWeightFile(archive: try MappedFile(path: path))
  }

  private static let folder = Fixtures.package.appendingPathComponent(
    "Tests/ImportKerasTests/Fixtures")

  private struct Expected: Decodable {
    let inputs: [Packed]
    let outputs: [Packed]
  }

  private struct Packed: Decodable {
    let shape: [Int]
    let data: Data

    var tensor: HostTensor {
      let floats = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      return HostTensor(shape: Shape(shape), floats: floats)
    }
  }
}
