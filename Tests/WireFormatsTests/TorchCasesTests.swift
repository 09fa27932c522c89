import Foundation
import TensorCore
import TestSupport
import Testing
import WireFormats

/// Files of `tools/fixtures/make_torch_cases.py`.
@Suite("Torch tensors of every kind")
struct TorchCasesTests {
  static let folder = Fixtures.package.appendingPathComponent("Tests/WireFormatsTests/Fixtures")

  static func read(_ name: String) throws -> NamedTensors {
    try TorchFile.read(path: folder.appendingPathComponent(name).path)
  }

  static let complete = [
    "views_zip_2.pth", "views_zip_4.pth", "views_legacy_2.pth", "views_legacy_4.pth",
    "views_deflated.pth",
  ]

  @Test("views with offsets and strides of their own become dense", arguments: complete)
  func views(name: String) throws {
    let tensors = try Self.read(name)
    func expect(_ name: String, _ shape: Shape, _ values: [Int]) {
      #expect(tensors[name]?.shape == shape, "\(name)")
      #expect(tensors[name]?.floats() == values.map(Float.init), "\(name)")
    }
    expect("base", [4, 6], Array(0..<24))
    expect("transposed", [6, 4], (0..<6).flatMap { column in (0..<4).map { $0 * 6 + column } })
    expect("window", [2, 3], [7, 8, 9, 13, 14, 15])
    expect("row", [6], Array(6..<12))
    expect("expanded", [3, 2], [3, 4, 3, 4, 3, 4])
    expect("odd_unit_strides", [1, 24, 1], Array(0..<24))
    expect(
      "permuted", [2, 3, 4],
      (0..<2).flatMap { i in (0..<3).flatMap { j in (0..<4).map { i + 8 * j + 2 * $0 } } })
    expect("parameter", [24], Array(0..<24))
    expect("empty", [0, 3], [])
    let scalar = try #require(tensors["scalar"])
    #expect(scalar.elementType == .int64 && scalar.shape == [])
    #expect(scalar.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) } == 1_234_567_890_123)
  }

  @Test(
    "tensors of one storage share its bytes, and only strided ones are copied", arguments: complete)
  func sharing(name: String) throws {
    let tensors = try Self.read(name)
    let base = try #require(tensors["base"])
    let row = try #require(tensors["row"])
    #expect(row.storage === base.storage)
    #expect(row.byteOffset == base.byteOffset + 24)
    #expect(try #require(tensors["odd_unit_strides"]).storage === base.storage)
    #expect(try #require(tensors["transposed"]).storage !== base.storage)
  }

  @Test("every element type is read, dense and strided", arguments: complete)
  func types(name: String) throws {
    let tensors = try Self.read(name)
    let types: [(String, ElementType, [Float])] = [
      ("Float", .float32, [0, 1, -2, 0.5, 100, -0.25]),
      ("Double", .float64, [0, 1, -2, 0.5, 100, -0.25]),
      ("Half", .float16, [0, 1, -2, 0.5, 100, -0.25]),
      ("BFloat16", .bfloat16, [0, 1, -2, 0.5, 100, -0.25]),
      ("Long", .int64, [0, 1, 2, 3, 4, 5]), ("Int", .int32, [0, 1, 2, 3, 4, 5]),
      ("Short", .int16, [0, 1, 2, 3, 4, 5]), ("Char", .int8, [0, 1, 2, 3, 4, 5]),
      ("Byte", .uint8, [0, 1, 2, 3, 4, 5]), ("Bool", .bool, [0, 1, 0, 1, 0, 1]),
    ]
    for (name, type, values) in types {
      let dense = try #require(tensors["type_" + name])
      #expect(dense.elementType == type && dense.shape == [2, 3])
      #expect(dense.floats() == values, "\(name)")
      let turned = try #require(tensors["turned_" + name])
      #expect(turned.elementType == type && turned.shape == [3, 2])
      #expect(turned.floats() == [0, 3, 1, 4, 2, 5].map { values[$0] }, "\(name)")
    }
  }

  @Test("a checkpoint's state_dict is found and its data-parallel prefix stripped")
  func checkpoint() throws {
    let tensors = try Self.read("checkpoint.pth")
    #expect(tensors.names == ["a", "b"])
    #expect(tensors.metadata == ["checkpoint_key": "state_dict", "prefix": "module."])
  }

  @Test("tensors of untyped storages carry their own type")
  func untyped() throws {
    let tensor = try #require(Self.read("untyped.pth")["x"])
    #expect(tensor.elementType == .float16)
    #expect(tensor.floats() == [1, 2, 3])
  }

  @Test(
    "big-endian files are refused by name",
    arguments: ["big_endian_zip.pth", "big_endian_legacy.pth"])
  func bigEndian(name: String) throws {
    let error = #expect(throws: InceptError.self) { try Self.read(name) }
    #expect(error?.actual == "big-endian ones")
    #expect(error?.exitCode == 65)
  }

  @Test(
    "a pickled module is refused with what to save instead",
    arguments: ["module_zip.pth", "module_legacy.pth"])
  func module(name: String) throws {
    let error = #expect(throws: InceptError.self) { try Self.read(name) }
    #expect(error?.actual == "'torchvision.models.inception.Inception3'")
    #expect(
      error?.hint
        == #"save the state_dict instead: torch.save(model.state_dict(), "weights.pth")"#)
    #expect(error?.exitCode == 65)
  }

  @Test("a changed byte of a tensor fails its entry's checksum")
  func checksum() throws {
    var bytes = Array(try Data(contentsOf: Self.folder.appendingPathComponent("views_zip_2.pth")))
    let tensor = try #require(TorchFile.read(MappedFile(copying: bytes, name: "x"))["base"])
    bytes[tensor.byteOffset + 5] ^= 1
    let error = #expect(throws: InceptError.self) {
      try TorchFile.read(MappedFile(copying: bytes, name: "x"))
    }
    #expect(error?.expectation == "expected 'archive/data/0' to match its checksum")
  }
}
