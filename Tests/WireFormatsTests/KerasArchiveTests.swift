import Foundation
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("Keras archives")
struct KerasArchiveTests {
  private static let config = Array(#"{"class_name": "Functional", "config": {}}"#.utf8)
  private static let metadata = Array(#"{"keras_version": "3.15.1"}"#.utf8)

  /// The weights of a small model that Keras wrote.
  private static func weights() throws -> [UInt8] {
    let path = "Tests/ImportKerasTests/Fixtures/sequential.keras"
    let file = try MappedFile(path: Fixtures.package.appendingPathComponent(path).path)
    let directory = try ZipDirectory(file)
    let entry = try #require(directory["model.weights.h5"])
    let start = try directory.dataOffset(of: entry)
    return Array(file.bytes[start..<start + entry.byteCount])
  }

  /// An archive of the three parts, changed by `change`.
  private static func archive(
    _ change: (inout ZipBuilder) -> Void = { _ in }
  ) throws -> MappedFile {
    var builder = ZipBuilder(entries: [
      .init(name: "metadata.json", bytes: metadata), .init(name: "config.json", bytes: config),
      .init(name: "model.weights.h5", bytes: try weights()),
    ])
    change(&builder)
    return try GuardedBytes(builder.file()).file("x.keras")
  }

  @Test("an archive is told from others by its parts")
  func detected() throws {
    #expect(WeightFileFormat.detect(try Self.archive()) == .kerasZip)
    #expect(WeightFileFormat.detect(try Self.archive { $0.entries.removeFirst(2) }) == .zip)
  }

  @Test("an honest archive is read")
  func honest() throws {
    let file = try KerasWeightFile(archive: try Self.archive())
    #expect(file.modelConfig?.utf8.elementsEqual(Self.config) == true)
    guard case .numbered(let layers) = file.weights else {
      Issue.record("another layout")
      return
    }
    #expect(
      layers.map(\.path) == ["layers/batch_normalization", "layers/conv2d", "layers/dense"])
  }

  /// What is done to an archive, and what the archive is then.
  private struct Change: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let apply: @Sendable (inout ZipBuilder) -> Void

    init(_ description: String, _ apply: @escaping @Sendable (inout ZipBuilder) -> Void) {
      testDescription = description
      self.apply = apply
    }
  }

  private static let changes: [Change] = [
    Change("no weights") { $0.entries.removeLast() },
    Change("no config") { $0.entries.remove(at: 1) },
    Change("entries that overlap") { $0.entries[1].claimedOffset = 10 },
    Change("one entry as two") { $0.entries[2].claimedOffset = 0 },
    Change("weights over the directory") { $0.entries[2].claimedByteCount = 1 << 30 },
    Change("2^62 bytes") {
      $0.wide = true
      $0.entries[2].claimedByteCount = 1 << 62
    },
    Change("compressed weights that are not") { $0.entries[2].method = 8 },
    Change("a bomb's size") {
      $0.entries[2].method = 8
      $0.entries[2].claimedByteCount = 0xFFFF_0000
    },
    Change("a description of a gigabyte") {
      $0.entries[1].method = 8
      $0.entries[1].claimedByteCount = 1 << 30
    },
    Change("another checksum") { $0.entries[2].checksum = 12345 },
    Change("text that isn't UTF-8") { $0.entries[1].bytes = [0x22, 0xFF, 0xFE, 0x22] },
    Change("weights that are no HDF5") { $0.entries[2].bytes = Array("hello".utf8) },
    Change("weights that break off") { $0.entries[2].bytes.removeLast(500) },
    Change("weights in parts") { $0.entries[2].name = "model.weights.json" },
    Change("an unknown method") { $0.entries[2].method = 99 },
    Change("encryption") { $0.entries[2].flags = 1 },
  ]

  @Test("archives that lie, or lack a part, are refused", arguments: changes)
  private func refused(change: Change) throws {
    let file = try Self.archive(change.apply)
    let error = #expect(throws: InceptError.self) { try KerasWeightFile(archive: file) }
    #expect(error?.category == .badData)
    #expect(error?.subject.hasPrefix("x.keras") == true)
  }

  @Test(
    "a bomb is refused, whether it says its size or not", arguments: [nil, 4096, 1] as [UInt64?])
  func bombs(claimed: UInt64?) throws {
    let bomb = Self.bomb(matches: 1_000_000)
    for index in 1...2 {
      let file = try Self.archive { builder in
        builder.entries[index].method = 8
        builder.entries[index].bytes = bomb
        builder.entries[index].claimedByteCount = claimed ?? 258_000_001
      }
      #expect(throws: InceptError.self) { try KerasWeightFile(archive: file) }
    }
  }

  /// A deflate stream of a zero and `matches` times 258 more (RFC 1951, 3.2.6).
  private static func bomb(matches: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var (buffer, count) = (0, 0)
    func put(_ bits: String) {
      for bit in bits.utf8 {
        buffer |= (bit == UInt8(ascii: "1") ? 1 : 0) << count
        count += 1
        if count == 8 {
          bytes.append(UInt8(buffer))
          (buffer, count) = (0, 0)
        }
      }
    }
    put("110")
    put("00110000")
    for _ in 0..<matches { put("1100010100000") }
    put("0000000" + "0000000")
    return bytes
  }
}
