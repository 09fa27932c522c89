import Foundation
import TensorCore
import Testing
import WireFormats

@Suite("Zip archives")
struct ZipTests {
  private static func archive(_ changes: (inout ZipBuilder) -> Void = { _ in }) -> [UInt8] {
    let pickle = PickleBuilder().ascii("}").text("w").raw(
      Array(PickleBuilder().tensor().bytes.dropFirst(2))
    ).ascii("s.")
    var builder = ZipBuilder(entries: [
      .init(name: "a/data.pkl", bytes: pickle.bytes),
      .init(name: "a/data/0", bytes: [UInt8](repeating: 0, count: 20) + [0, 0, 0x80, 0x3F]),
    ])
    changes(&builder)
    return builder.file()
  }

  private static func read(_ bytes: [UInt8]) throws -> NamedTensors {
    try TorchFile.read(GuardedBytes(bytes).file("x.pth"))
  }

  @Test(
    "archives in every honest form are read",
    arguments: [
      archive(), archive { $0.wide = true },
      archive { $0.comment = Array("PK\u{5}\u{6} hello".utf8) },
      archive { for index in 0..<2 { $0.entries[index].name.removeFirst(2) } },
    ])
  func honest(bytes: [UInt8]) throws {
    #expect(WeightFileFormat.detect(try GuardedBytes(bytes).file()) == .torchZip)
    #expect(try Self.read(bytes)["w"]?.floats() == [0, 0, 0, 0, 0, 1])
  }

  @Test(
    "archives that lie are refused",
    arguments: [
      ("one name twice", archive { $0.entries.append($0.entries[1]) }),
      ("more entries than there are", archive { $0.claimedEntryCount = 3 }),
      ("65,000 entries", archive { $0.claimedEntryCount = 65_000 }),
      (
        "2^60 entries",
        archive {
          $0.wide = true
          $0.claimedEntryCount = 1 << 60
        }
      ),
      ("encryption", archive { $0.entries[1].flags = 1 }),
      ("another name in place", archive { $0.entries[1].localName = "a/data/1" }),
      ("bytes behind the end", archive { $0.entries[1].claimedByteCount = 4000 }),
      (
        "2^63 bytes",
        archive {
          $0.wide = true
          $0.entries[1].claimedByteCount = 1 << 63
        }
      ),
      (
        "nearly 2^63 bytes",
        archive {
          $0.wide = true
          $0.entries[1].claimedByteCount = 1 << 63 - 1
        }
      ),
      ("an offset behind the end", archive { $0.entries[1].claimedOffset = 100_000 }),
      (
        "an offset of 2^64",
        archive {
          $0.wide = true
          $0.entries[1].claimedOffset = .max
        }
      ),
      ("the offset of another entry", archive { $0.entries[1].claimedOffset = 0 }),
      ("fewer bytes than the storage", archive { $0.entries[1].claimedByteCount = 20 }),
      ("another checksum", archive { $0.entries[1].checksum = 7 }),
      (
        "no deflate data",
        archive {
          $0.entries[1].method = 8
          $0.entries[1].claimedByteCount = 24
        }
      ),
      ("an unknown method", archive { $0.entries[1].method = 77 }),
      (
        "a deflate bomb",
        archive {
          $0.entries[1].method = 8
          $0.entries[1].claimedByteCount = 4 << 30 - 2
        }
      ),
      (
        "a deflate bomb of 2^62",
        archive {
          $0.wide = true
          $0.entries[1].method = 8
          $0.entries[1].claimedByteCount = 1 << 62
        }
      ),
      (
        "overlapping entries",
        archive { builder in
          builder.entries[1].claimedByteCount = 200
          builder.entries[0].claimedByteCount = 300
        }
      ),
      ("no storage", archive { $0.entries.removeLast() }),
      ("a directory without its entries", Array(archive().suffix(22))),
    ])
  func lies(what: String, bytes: [UInt8]) {
    let error = #expect(throws: InceptError.self, "\(what)") { try Self.read(bytes) }
    #expect(error?.exitCode == 65, "\(what)")
  }

  @Test("a truncated archive of torch is still known as one")
  func truncated() throws {
    let bytes = Array(Self.archive().dropLast(30))
    #expect(WeightFileFormat.detect(try GuardedBytes(bytes).file()) == .torchZip)
    let error = #expect(throws: InceptError.self) { try Self.read(bytes) }
    #expect(error?.hint == "the zip archive is damaged or incomplete; get the file again")
  }

  @Test("an archive of something else is no torch file")
  func another() throws {
    let bytes = ZipBuilder(entries: [.init(name: "word/document.xml", bytes: [1])]).file()
    #expect(WeightFileFormat.detect(try GuardedBytes(bytes).file()) == .zip)
    let error = #expect(throws: InceptError.self) { try Self.read(bytes) }
    #expect(error?.actual == "another zip archive")
  }
}
