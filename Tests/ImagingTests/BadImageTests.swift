import Foundation
import Imaging
import TensorCore
import Testing

@Suite struct BadImageTests {
  /// A PNG header that declares a size, with nothing behind.
  static func png(width: UInt32, height: UInt32) -> [UInt8] {
    let big = { (value: UInt32) in (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }
    let content = Array("IHDR".utf8) + big(width) + big(height) + [8, 2, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + big(13) + content
      + big(CRC32.checksum(content[...]))
  }

  /// The corpus's JPEG with another size in its frame header.
  static func jpeg(width: UInt16, height: UInt16) throws -> [UInt8] {
    var bytes = try Corpus.bytes("rgb_420_progressive.jpg")
    let frame = try #require(
      bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC2 })
    bytes[frame + 5] = UInt8(height >> 8)
    bytes[frame + 6] = UInt8(height & 0xFF)
    bytes[frame + 7] = UInt8(width >> 8)
    bytes[frame + 8] = UInt8(width & 0xFF)
    return bytes
  }

  static func expectBadData(_ bytes: [UInt8]) -> String {
    let error = #expect(throws: InceptError.self) { try Image.decode(bytes: bytes, name: "x") }
    #expect(error?.category == .badData)
    #expect(error?.subject == "x")
    return error?.description ?? ""
  }

  @Test(arguments: [
    (0, 0), (0, 5), (5, 0), (100_000, 100_000), (100_000, 1), (1, 100_000), (50_000, 50_000),
    (UInt32.max, UInt32.max), (0x7FFF_FFFF, 0x7FFF_FFFF),
  ])
  func aPNGOfNoOrAbsurdSizeIsRefusedByItsHeader(width: UInt32, height: UInt32) {
    let message = Self.expectBadData(Self.png(width: width, height: height))
    #expect(message.contains("\(width)x\(height)"))
  }

  @Test(arguments: [(0, 0), (0, 5), (65_535, 65_535), (65_535, 1), (50_000, 20_000)])
  func aJPEGOfNoOrAbsurdSizeIsRefusedByItsHeader(width: UInt16, height: UInt16) throws {
    let message = Self.expectBadData(try Self.jpeg(width: width, height: height))
    #expect(message.contains("\(width)x\(height)"))
  }

  @Test func largePicturesWithNothingInThemAreErrors() throws {
    _ = Self.expectBadData(Self.png(width: 12_000, height: 9_000))
    _ = Self.expectBadData(try Self.jpeg(width: 9_000, height: 6_000))
  }

  @Test(arguments: Corpus.shared.decoded)
  func noProperPrefixOfAFileIsAPicture(source: Corpus.Decoded) throws {
    let bytes = try Corpus.bytes(source.file)
    // Two bytes at the end of a JPEG are its end marker.
    let step = max(1, bytes.count / 97)
    for count in Array(stride(from: 0, to: bytes.count - 2, by: step)) + [bytes.count - 3] {
      _ = Self.expectBadData(Array(bytes[..<count]))
    }
  }

  @Test(arguments: ["", "GIF89a", "\u{89}PNG", "<svg/>"])
  func otherContentIsRefused(content: String) {
    _ = Self.expectBadData(Array(content.utf8))
  }

  @Test func aMissingFileAndADirectoryHaveExitCodesOfTheirOwn() {
    let missing = #expect(throws: InceptError.self) {
      try Image.decode(path: Corpus.path("no such file.png"))
    }
    #expect(missing?.category == .noInput)
    let directory = #expect(throws: InceptError.self) {
      try Image.decode(path: Corpus.directory.path)
    }
    #expect(directory?.category == .ioError)
  }

  @Test func writingToNowhereLeavesNothing() throws {
    let image = Image(width: 1, height: 1, channels: 1, pixels: [7])
    let error = #expect(throws: InceptError.self) {
      try Image.encodePNG(image, to: Corpus.path("no such directory/x.png"))
    }
    #expect(error?.category == .cannotCreate)
  }
}
