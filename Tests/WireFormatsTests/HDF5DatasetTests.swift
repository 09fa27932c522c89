import Foundation
import TensorCore
import Testing
import WireFormats

/// What h5py read in one dataset, as `make_hdf5_cases.py` wrote it down.
struct ExpectedDataset: Decodable {
  let shape: [Int]
  let sum: Double
  let alternating: Double

  static let all: [String: ExpectedDataset] = {
    guard let path = try? HDF5Fixtures.path("datasets.json"),
      let data = FileManager.default.contents(atPath: path)
    else { return [:] }
    return (try? JSONDecoder().decode([String: ExpectedDataset].self, from: data)) ?? [:]
  }()
}

@Suite struct HDF5DatasetTests {
  @Test func theTableOfExpectedDatasetsIsThere() {
    #expect(ExpectedDataset.all.count == 18)
  }

  @Test(arguments: ExpectedDataset.all.keys.sorted())
  func everyStorageFormReadsAsInH5py(_ name: String) throws {
    let expected = try #require(ExpectedDataset.all[name])
    let root = try HDF5File(path: HDF5Fixtures.path("datasets.h5")).root()
    let tensor = try root.dataset(name).tensor()
    #expect(tensor.shape == Shape(expected.shape))
    // All values are eighths of small integers: the sums are exact.
    let values = tensor.floats().map(Double.init)
    #expect(values.reduce(0, +) == expected.sum)
    let alternating = values.enumerated().reduce(0) { $0 + $1.element * Double($1.offset % 7 + 1) }
    #expect(alternating == expected.alternating)
  }

  @Test(arguments: [
    ("contiguous/f2", ElementType.float16), ("contiguous/f4", .float32),
    ("contiguous/f8", .float64), ("contiguous/i1", .int8), ("contiguous/i2", .int16),
    ("contiguous/i4", .int32), ("contiguous/i8", .int64), ("contiguous/u1", .uint8),
    ("chunked/fletcher", .float16),
  ])
  func elementTypesAreKept(_ name: String, _ type: ElementType) throws {
    let root = try HDF5File(path: HDF5Fixtures.path("datasets.h5")).root()
    let dataset = try root.dataset(name)
    #expect(dataset.elementType == type)
    #expect(try dataset.tensor().elementType == type)
  }

  @Test func contiguousDataIsAViewOfTheFile() throws {
    let root = try HDF5File(path: HDF5Fixtures.path("datasets.h5")).root()
    let first = try root.dataset("contiguous/f4").tensor()
    let second = try root.dataset("contiguous/i4").tensor()
    #expect(first.storage === second.storage)
    #expect(first.byteOffset != second.byteOffset)
  }

  @Test(arguments: [
    ("u4", "unsigned 32-bit integer"), ("complex", "compound"), ("lzf", "filter 32000"),
    ("text", "strings"), ("unwritten", "never written"), ("holes", "1"),
  ])
  func whatIsNotReadIsRefusedByName(_ name: String, _ found: String) throws {
    let root = try HDF5File(path: HDF5Fixtures.path("datasets.h5")).root()
    let error = #expect(throws: InceptError.self) {
      try root.dataset("unsupported/\(name)").tensor()
    }
    #expect(error?.category == .badData)
    #expect(error?.actual?.contains(found) == true, "\(String(describing: error))")
    #expect(error?.subject.contains("/unsupported/\(name)") == true)
  }

  @Test func groupsListTheirNames() throws {
    let root = try HDF5File(path: HDF5Fixtures.path("datasets.h5")).root()
    #expect(root.names == ["chunked", "contiguous", "unsupported"])
    #expect(try root.group("chunked").contains("gzip"))
    #expect(throws: InceptError.self) { try root.dataset("chunked") }
    #expect(throws: InceptError.self) { try root.group("chunked/gzip") }
    #expect(throws: InceptError.self) { try root.object("chunked/gzip/more") }
    #expect(throws: InceptError.self) { try root.object("nothing") }
    #expect(throws: InceptError.self) { try root.object("") }
  }
}

@Suite struct HDF5AttributeTests {
  private func attributes() throws -> HDF5Attributes {
    try HDF5File(path: HDF5Fixtures.path("attributes.h5")).root().attributes
  }

  @Test(arguments: [
    ("variable", ["variable é"]), ("fixed", ["fixed"]), ("variable_list", ["one", "", "three"]),
    ("fixed_list", ["kernel:0", "bias:0"]), ("empty_list", []), ("space_padded", ["ab"]),
    ("long", [String(repeating: "0123456789", count: 7000)]),
  ])
  func stringsOfEveryFormAreRead(_ name: String, _ expected: [String]) throws {
    #expect(try attributes().strings(name) == expected)
  }

  @Test func namesAndShapesAreListed() throws {
    let attributes = try attributes()
    #expect(attributes.names.count == 8)
    #expect(attributes.shape("variable_list") == [3])
    #expect(attributes.shape("variable") == [])
    #expect(attributes.shape("none") == nil)
  }

  @Test func whatIsNoStringIsRefused() throws {
    let attributes = try attributes()
    #expect(try attributes.strings("none") == nil)
    #expect(throws: InceptError.self) { try attributes.strings("number") }
    #expect(throws: InceptError.self) { try attributes.string("fixed_list") }
  }
}
