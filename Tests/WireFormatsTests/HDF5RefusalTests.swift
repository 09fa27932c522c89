import Foundation
import TensorCore
import Testing
import WireFormats

@Suite struct HDF5RefusalTests {
  @Test(arguments: [
    ("external_link.h5", "external link"), ("external_link_aside.h5", "external link"),
    ("soft_loop.h5", "soft link"), ("hard_loop.h5", "dataset"),
    ("external_storage.h5", "external storage"), ("virtual.h5", "virtual"),
    ("absurd_contiguous.h5", "never written"), ("absurd_chunked.h5", "bytes of chunked data"),
    ("absurd_overflow.h5", "shape"), ("bomb.h5", "bytes of chunked data"),
    ("missing_weight.h5", "'w'"), ("new_format.h5", "version 0 or 1"),
    ("overlap.h5", "overlap"), ("long_name.h5", "4096"), ("heap_links.h5", "version 2 or later"),
    ("plain.h5", "layer_names"),
  ])
  func hostileAndForeignFilesAreRefused(_ name: String, _ reason: String) throws {
    let path = try HDF5Fixtures.path(name)
    let error = #expect(throws: InceptError.self) { try KerasWeightFile(path: path) }
    #expect(error?.category == .badData)
    #expect(error?.subject.hasPrefix(path) == true)
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
  }

  @Test func namesFromTheFileAreQuotedOnOneShortLine() throws {
    let path = try HDF5Fixtures.path("control_name.h5")
    let error = #expect(throws: InceptError.self) { try KerasWeightFile(path: path) }
    let text = try #require(error?.expectation)
    #expect(text.contains("evil?[2J?name"))
    #expect(text.utf8.count < 300)
  }

  @Test func aHardLinkCycleEndsAtThePathsBound() throws {
    let root = try HDF5File(path: HDF5Fixtures.path("hard_loop.h5")).root()
    #expect(try root.group("a/a/a/a").contains("w"))
    let endless = Array(repeating: "a", count: 1000).joined(separator: "/")
    #expect(throws: InceptError.self) { try root.object(endless) }
  }

  @Test func theMetadataBudgetEndsEndlessWork() throws {
    let root = try HDF5File(path: HDF5Fixtures.path("attributes.h5")).root()
    let error = #expect(throws: InceptError.self) {
      while true { _ = try root.attributes.strings("long") }
    }
    #expect(error?.description.contains("bytes of metadata") == true)
  }

  @Test func aMissingFileIsNoInput() {
    let error = #expect(throws: InceptError.self) { try HDF5File(path: "/nowhere/at/all.h5") }
    #expect(error?.category == .noInput)
  }

  @Test(arguments: [0, 1, 7, 8, 9, 23, 47, 95, 96, 500])
  func aTruncatedFileIsRefused(_ count: Int) throws {
    let path = try HDF5Fixtures.path("keras_split.h5")
    let bytes = try #require(FileManager.default.contents(atPath: path))
    let file = MappedFile(copying: bytes.prefix(count), name: "short.h5")
    let error = #expect(throws: InceptError.self) { try HDF5File(file) }
    #expect(error?.category == .badData)
  }
}
